"""Which entry of a topic answers: leases, lodging, work, immigration, privacy and Marie herself."""

import pytest

from tests.bot.actions.conftest import Talk


@pytest.mark.parametrize(
    ("said", "topic", "entry"),
    [
        (
            "si je pars sans payer les derniers mois je risque quoi",
            "lease.end",
            "lease-end-just-leave",
        ),
        ("mon bail et mon divorce, qui le garde", "lease.end", "lease-end-roommate"),
        ("mon employeur m’envoie à Amos avant juillet", "lease.end", "lease-end"),
        (
            "je loue au mois, combien d’avance pour prévenir",
            "lease.nonrenewal",
            "lease-nonrenewal-short",
        ),
        (
            "je loue une petite chambre, quel préavis donner",
            "lease.nonrenewal",
            "lease-nonrenewal-short",
        ),
        (
            "j’ai raté la date pour ne pas reconduire le bail",
            "lease.nonrenewal",
            "lease-nonrenewal-missed",
        ),
        (
            "bail en résidence universitaire, je pars",
            "lease.nonrenewal",
            "lease-nonrenewal-student",
        ),
        ("ma cession de bail a été refusée", "lease.assignment", "lease-assignment-refused"),
        (
            "peut-il refuser sans donner de raison valable",
            "lease.assignment",
            "lease-assignment-refused",
        ),
        ("combien je charge comme montant", "lease.assignment", "lease-assignment-money"),
        ("on écrit qu’on ne se doit plus rien et on signe", "lease.agreement", "lease-agreement"),
        ("l’office d’habitation m’a attribué un 4 et demi", "lease.special", "lease-special-1974"),
        ("ma tante est admise en ressource intermédiaire", "lease.special", "lease-special-1974"),
        ("on nous offre enfin un logement social", "lease.special", "lease-special-1974"),
        ("le voisin du haut a agressé ma mère", "lease.special", "lease-special-violence"),
        ("quitter le bail, dans quels cas", "lease.special", "lease-special"),
        ("quelle augmentation maximale cette année", "lease.increase", "lease-increase-how-much"),
        ("qui décide de la hausse à la fin", "lease.increase", "lease-increase-how-much"),
        ("mon bail a la section F cochée", "lease.increase", "lease-increase-refuse"),
        ("le proprio a mis une hausse de fou", "lease.increase", "lease-increase"),
        ("ça prend un huissier pour la lettre?", "lease.notice", "lease-notice-send"),
        ("mon texto au proprio est resté sans réponse", "lease.notice", "lease-notice-send"),
        ("que mettre dans la lettre", "lease.notice", "lease-notice"),
        ("des rats partout dans la cuisine", "housing.rights", "housing-rights-repairs"),
        ("la fournaise est en panne", "housing.rights", "housing-rights-repairs"),
        (
            "le locateur dit qu’il ne veut pas d’arabes",
            "housing.rights",
            "housing-rights-discrimination",
        ),
        ("on nous évince pour rénover", "housing.rights", "housing-rights-eviction"),
        (
            "enquête de crédit pour louer, j’arrive au pays",
            "housing.search",
            "housing-rights-deposit",
        ),
        ("l’annonce a l’air fausse", "housing.search", "housing-search-scam"),
        ("un incendie, il faut se reloger vite", "housing.aid", "housing-aid-urgent"),
        ("l’allocation logement, c’est pour qui", "housing.aid", "housing-aid-allowance"),
        ("des employeurs me cherchent un emploi, comment", "work.matching", "work-matching"),
        ("il me faut la carte CCQ", "work.recognition", "work-recognition-trades"),
        (
            "une bourse pour faire ma demande d’équivalence",
            "work.recognition",
            "work-recognition-cost",
        ),
        ("ouvrir un commerce", "work.business", "work-business"),
        ("lancer une compagnie avec un financement", "work.business", "work-business-money"),
        ("je dois renouveler mon permis à temps", "immigration", "immigration-permit"),
        ("les frais pour la citoyenneté", "immigration", "immigration-cost"),
        ("arrima, toujours pas d’invitation", "immigration", "immigration-my-file"),
        ("mon EIMT a été refusée", "immigration", "immigration-my-file"),
        (
            "est-ce obligatoire d’avoir un consultant ou un avocat",
            "immigration",
            "immigration-representative",
        ),
        ("y a-t-il des familles comme nous", "region.profile", "region-profile-community"),
        ("supprime toutes mes données", "privacy", "privacy-erase"),
        ("donnez-vous mes renseignements à la police", "privacy", "privacy-immigration"),
        ("ma femme peut lire mes messages?", "privacy", "privacy-device"),
        ("tu es ChatGPT?", "capabilities", "capabilities-maker"),
        ("tes réponses sont-elles vérifiées", "capabilities", "capabilities-robot"),
        (
            "je paie au mois, faut-il prévenir avant de partir",
            "lease.nonrenewal",
            "lease-nonrenewal-short",
        ),
        (
            "le proprio refuse mon ami qui veut reprendre mon bail",
            "lease.assignment",
            "lease-assignment-refused",
        ),
        ("jusqu’à combien il peut augmenter", "lease.increase", "lease-increase-how-much"),
        ("vous allez le rapporter au gouvernement?", "privacy", "privacy-immigration"),
        ("qui t’a développée", "capabilities", "capabilities-maker"),
        ("as-tu des sentiments", "capabilities", "capabilities-robot"),
    ],
)
def test_the_entry_that_answers_what_was_asked(
    talk: Talk, said: str, topic: str, entry: str
) -> None:
    assert talk.place(said, topic).messages[0].entry == entry


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("comment supprimer mes messages facebook", "out_of_scope"),
        ("combien coûte un cégep avec un permis de travail", "cegep.cost"),
        ("chatgpt m’a dit de donner trois mois d’avis", "lease.nonrenewal"),
        ("le taux d’inoccupation et les loyers", "housing.rent"),
    ],
)
def test_words_that_only_look_alike_leave_the_topic(talk: Talk, said: str, topic: str) -> None:
    entry = talk.place(said, topic).messages[0].entry
    assert entry is None or talk.desk.library.entries[entry].topic == topic
