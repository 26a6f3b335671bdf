"""Which entry of a topic answers: daycare, studies, health, transport and the move."""

from __future__ import annotations

import pytest

from tests.bot.actions.conftest import Talk


@pytest.mark.parametrize(
    ("said", "topic", "entry"),
    [
        ("je veux une place en garderie à Gaspé", "childcare.find", "childcare-find"),
        (
            "pas de place en garderie, que faire?",
            "childcare.find",
            "childcare-find-waiting",
        ),
        ("garderie tout près de l’hôpital de Rimouski", "childcare.find", "childcare-find"),
        ("subventionnée, c’est quel tarif?", "childcare.cost", "childcare-cost"),
        (
            "on déménage, il faut changer ma demande de garderie",
            "childcare.register",
            "childcare-register-moving",
        ),
        ("prix du cégep avec un permis d’études", "cegep.cost", "cegep-cost-international"),
        ("pas les moyens de payer le cégep", "cegep.cost", "cegep-cost-aid"),
        ("mon ado arrive sans parler français", "school.find", "school-find-welcome"),
        ("mon ancienne adresse est sur ma carte soleil", "health", "health-address"),
        ("pneus d’hiver, à quelle date?", "transport", "transport-winter"),
        ("mon permis étranger est valide combien de temps", "transport", "transport-licence"),
        ("déménager sans rien oublier", "moving.plan", "moving-plan"),
        ("les factures du camion pour mes impôts", "moving.aid", "moving-aid-tax"),
        ("je ne connais personne à Amos", "organization.find", "organization-find-community"),
        (
            "ma fille est trisomique, quelle garderie la prendrait",
            "childcare.find",
            "childcare-find-needs",
        ),
        ("ma petite a des besoins particuliers", "childcare.find", "childcare-find-needs"),
        (
            "dépannage pour garder ma fille vendredi, urgent",
            "childcare.find",
            "childcare-find-waiting",
        ),
        ("jattends un bébé, quand le cpe", "childcare.register", "childcare-register-birth"),
        ("on attend combien pour une garderie", "childcare.register", "childcare-register"),
        ("ils veulent koi comme papiers au cpe", "childcare.register", "childcare-register-papers"),
        (
            "on a le bien-être social, faut payer la garderie?",
            "childcare.cost",
            "childcare-cost-free",
        ),
        (
            "le crédit versé tous les mois pour la garderie privée",
            "childcare.cost",
            "childcare-cost-credit",
        ),
        ("ça veut dire quoi cpe", "childcare.types", "childcare-types-cpe"),
        ("prématernelle ou cpe, lequel", "childcare.types", "childcare-types-school"),
        (
            "jai un bac du togo, le cegep va tu le prendre",
            "cegep.admission",
            "cegep-admission-comparative",
        ),
        ("ça prend quels maths pour la technique", "cegep.admission", "cegep-admission-programs"),
        ("mon fils a été refusé au tour d’avant", "cegep.admission", "cegep-admission-late"),
        (
            "marocain avec permis d etude, le cegep coute cb",
            "cegep.cost",
            "cegep-cost-international",
        ),
        ("les prêts de l’AFE", "cegep.cost", "cegep-cost-aid"),
        ("linscription a lecole, je dois amener quoi", "school.find", "school-find-register"),
        ("on arrive en janvier, lecole va la prendre?", "school.find", "school-find-register"),
        ("comment sinscrire a luniversite", "university.find", "university-find-admission"),
        ("finissante du cegep, credit dimpot en gaspesie?", "moving.aid", "moving-aid-graduate"),
        ("mon boss veut des cours de francais a l usine", "francization", "francization-online"),
        ("avec un permis temporaire, la francisation?", "francization", "francization-register"),
        ("ma fille a besoin d’un psychologue", "health", "health-811"),
        ("jai le papier du pfsi", "health", "health-no-card"),
        ("lautocar prend combien d heures", "transport", "transport-bus"),
        ("je travaille de nuit sans voiture", "transport", "transport"),
        ("changer adresse sur mon permis de conduire", "transport", "moving-plan-address"),
        ("association algérienne à Gatineau", "organization.find", "organization-find-community"),
        ("mon ado mange plus, il parle plus", "region.profile", "health-811"),
        ("lautobus jaune passe tu", "transport", "school-find-daily"),
        ("une aec ou un dec", "cegep.find", "cegep-admission-adult"),
        ("ma mère a jamais été à lecole", "school.find", "francization-literacy"),
        ("mon mari est encore en Tunisie", "out_of_scope", "immigration-sponsorship"),
        ("de laide pour manger", "region.profile", "organization-find"),
        ("je travaille le samedi, qui garde ma fille", "childcare.find", "childcare-find-atypical"),
        ("la place en cpe du petit, je la perds?", "childcare.find", "childcare-register-moving"),
        ("on est quatre, deux enfants, par ou commencer", "eligibility", "moving-plan"),
        ("je fais mon secondaire aux adultes", "school.find", "school-find-adult"),
        ("mon fils veut du soccer à lecole", "school.find", "school-find-programs"),
        ("je comprends pas, cest quoi le cegep", "school.find", "cegep-find-what"),
        ("on se fait niaiser à lecole", "school.find", "school-find-bullied"),
        ("on veut quitter Montréal, on a droit à quoi", "region.profile", "eligibility"),
        ("place aux jeunes c pour moi?", "immigration", "eligibility"),
        ("pour Amos je prends quel bus", "transport", "transport-bus"),
    ],
)
def test_entry_is_the_one_that_answers(talk: Talk, said: str, topic: str, entry: str) -> None:
    assert talk.place(said, topic).messages[0].entry == entry
