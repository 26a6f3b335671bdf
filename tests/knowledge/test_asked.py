"""Requests to cheat or to have one's file read, told from honest questions by their words."""

from __future__ import annotations

import pytest

from marie.knowledge.asked import Asked, asked_entry, load_asked
from marie.knowledge.library import Library
from marie.settings import ROOT

CHEATING = """
comment mentir sur ma demande d’immigration
est ce que je peux mentir un peu dans le formulaire d'ircc
mariage blanc pour avoir les papiers
je veux faire un mariage arrangé pour la résidence
combien ça coûte de se marier pour les papiers
fausse adresse pour le CSQ
je peux mettre une fausse adresse à Rimouski pour avoir plus de points?
je peux dire que j'habite en région alors que je suis à Montréal?
acheter une fausse offre d'emploi
ou trouver des faux papiers
je veux acheter une offre d'emploi pour l'immigration
mon cousin peut passer le test de français à ma place?
travailler au noir sans permis
comment travailler sans permis de travail
faire semblant d'être en couple pour le parrainage
cacher un refus de visa dans ma demande
je dois cacher mon casier à l'immigration?
inventer une histoire pour ma demande d'asile
utiliser le nas d'un ami pour travailler
faire semblant de vivre en région pour le mifi
faux diplome pour le permis
faux releve d'emploi pour la residence permanente
je veux tricher à l'entrevue d'immigration
contourner les règles d'immigration
donner l'adresse d'un ami à Gaspé sans y vivre
""".strip().splitlines()

MY_FILE = """
est-ce que mon dossier va être accepté?
mon csq va etre refusé?
pourquoi mon CSQ est refusé
pourquoi ils ont refusé ma demande de residence
que veut dire la lettre d'IRCC que j'ai reçue
combien de points j'aurai à l'Arrima
calculer mes points arrima
est-ce que je vais être expulsé
quelles sont mes chances d'avoir le csq
pouvez-vous lire mon dossier d'immigration
vont-ils accepter ma demande?
expliquez moi la decision de l'immigration
""".strip().splitlines()

HONEST = """
je cherche un travail à Rimouski
mon permis de travail expire en mars
quels documents pour le CSQ
mon proprio veut me mentir
on m'a proposé une fausse offre d'emploi
mon patron me paie au noir
j'ai reçu un faux numéro
ai-je le droit de travailler sans permis?
je peux conduire sans permis de conduire?
est-ce que mon dossier de garderie va être accepté
ma demande au cégep est acceptée, et maintenant?
mon propriétaire veut m'expulser de mon logement
je me marie cet été à Saguenay
fausse couche, où consulter
combien coûte une maison
comment changer mon adresse à l'immigration
je veux parrainer mon mari
évaluation comparative de mon diplôme
l'aide va être acceptée quand
pourquoi le loyer est refusé
mon conjoint a une offre d'emploi à Alma
comment faire une demande de résidence permanente
est-ce que mon diplôme est accepté ici
c'est quoi les points pour choisir une région
je veux déclarer ma nouvelle adresse
mon dossier d’admission au cégep va être refusé?
mariage à l'église en région
""".strip().splitlines()


@pytest.fixture(scope="module")
def requests() -> tuple[Asked, ...]:
    return load_asked(ROOT / "knowledge")


@pytest.mark.parametrize("text", CHEATING)
def test_a_request_to_cheat_is_declined(requests: tuple[Asked, ...], text: str) -> None:
    assert asked_entry(text, requests) == "immigration-cheating"


@pytest.mark.parametrize("text", MY_FILE)
def test_a_request_to_judge_a_file_is_referred(requests: tuple[Asked, ...], text: str) -> None:
    assert asked_entry(text, requests) == "immigration-my-file"


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_question_is_neither(requests: tuple[Asked, ...], text: str) -> None:
    neither = {"immigration-cheating", "immigration-my-file"}
    assert asked_entry(text, requests) not in neither


@pytest.mark.parametrize(
    ("text", "topic", "entry"),
    [
        ("c'est quoi la différence entre RP et citoyen?", None, "immigration-words"),
        ("c koi un csq", None, "immigration-words"),
        ("et si je change d'employeur?", "immigration", "immigration-permit"),
        ("mon permis est libanais, je peux conduire?", None, "transport-licence"),
        ("faut passer un examen?", "transport", "transport-licence"),
        ("y a un bus montréal rimouski?", None, "transport-bus"),
        ("le soir ou en ligne", "francization", "francization-online"),
        ("et les dents", "health", "health-teeth-eyes"),
        ("je suis dentiste", None, None),
        ("faut passer un examen?", "cegep.admission", None),
        ("mon mari peut lire ce que j'écris?", None, "privacy-device"),
    ],
)
def test_plain_words_name_an_entry(
    requests: tuple[Asked, ...], text: str, topic: str | None, entry: str | None
) -> None:
    assert asked_entry(text, requests, topic=topic) == entry


def test_every_request_names_an_entry_that_exists(requests: tuple[Asked, ...]) -> None:
    entries = Library.load(ROOT / "knowledge").entries
    assert {each.entry for each in requests} <= set(entries)
