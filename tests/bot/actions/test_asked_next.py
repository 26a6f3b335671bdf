"""What is asked next about a school, daycare, French courses, a licence or a pregnancy."""

from __future__ import annotations

import pytest

from tests.bot.actions.conftest import Talk


@pytest.mark.parametrize(
    ("first", "then", "entry"),
    [
        (
            ("une école pour ma fille", "school.find"),
            ("non pas pour adultes, pour la petite", "school.find"),
            "school-find",
        ),
        (
            ("une école pour mon fils", "school.find"),
            ("et la garde apres lecole?", "childcare.find"),
            "childcare-types-school",
        ),
        (
            ("la garde après les cours à l’école", "childcare.types"),
            ("je dois apporter quoi pour linscrire", "childcare.register"),
            "school-find-register",
        ),
        (
            ("vivre sans auto à Amos?", "transport"),
            ("ya tu un autobus", "transport"),
            "transport-bus",
        ),
        (
            ("combien d’heures de travail avec un permis d’études", "immigration"),
            ("et lete?", "clarify"),
            "immigration-study-work",
        ),
        (
            ("garderie à Alma", "childcare.find"),
            ("une madame qui garde chez elle", "childcare.find"),
            "childcare-types-family",
        ),
        (
            ("garde en milieu familial", "childcare.types"),
            ("elle a besoin d’une reconnaissance?", "eligibility"),
            "childcare-types-family",
        ),
        (
            ("où apprendre le français", "francization"),
            ("et qui garde le bebe pendant les cours", "childcare.find"),
            "francization-money",
        ),
        (
            ("où apprendre le français", "francization"),
            ("si je demenage, je perds ma place?", "moving.plan"),
            "program-francisation-quebec",
        ),
        (
            ("je suis enceinte et on part à Amos", "region.profile"),
            ("on peut l’inscrire à la garderie?", "childcare.register"),
            "childcare-register-birth",
        ),
        (
            ("un programme pour partir", "program.info"),
            ("on peut visiter?", "housing.search"),
            "moving-trip",
        ),
        (
            ("aller à Sept-Îles", "region.profile"),
            ("les routes lhiver cest comment", "region.profile"),
            "transport-winter",
        ),
        (
            ("apprendre la mécanique", "school.find"),
            ("il peut loger ou", "housing.search"),
            "school-find-residences",
        ),
        (
            ("apprendre la soudure", "school.find"),
            ("cest gratuit?", "housing.rent"),
            "school-find-vocational-register",
        ),
        (
            ("inscription au cégep", "cegep.admission"),
            ("mes notes sont en espagnol", "language"),
            "work-recognition-comparative",
        ),
        (
            ("mon diplôme pour le cégep", "cegep.admission"),
            ("quand?", "clarify"),
            "cegep-admission",
        ),
        (
            ("combien coûte le cégep", "cegep.cost"),
            ("pis ca coute quoi avec un permis", "clarify"),
            "cegep-cost-international",
        ),
        (("j’ai mal à une dent", "out_of_scope"), ("et si ça empire", "clarify"), "health-811"),
        (
            ("cours de français", "francization"),
            ("pis si mon boss veut?", "work.search"),
            "francization-online",
        ),
        (
            ("y a-t-il une mosquée", "organization.find"),
            ("les gens sont racistes?", "clarify"),
            "region-profile-community",
        ),
        (
            ("garderie à Alma", "childcare.find"),
            ("on peut visiter avant?", "moving.trip"),
            "childcare-types-cpe",
        ),
        (
            ("garderie à Alma", "childcare.find"),
            ("quels papiers pour lecole", "childcare.register"),
            "school-find-register",
        ),
        (
            ("combien coûte le cégep", "cegep.cost"),
            ("ca se paye comment a mon age", "clarify"),
            "cegep-cost-aid",
        ),
        (
            ("les programmes pour partir", "program.info"),
            ("cest gratuit?", "housing.rent"),
            "program-emplois-en-regions",
        ),
        (("mon plan de départ", "moving.plan"), ("et hydro", "clarify"), "moving-plan-address"),
        (("mon plan de départ", "moving.plan"), ("ma carte soleil", "health"), "health-address"),
        (
            ("une visite de région", "moving.trip"),
            ("jpeux amener mon bebe", "childcare.find"),
            "moving-trip",
        ),
        (
            ("garderie à Alma", "childcare.find"),
            ("et si yen a pas?", "clarify"),
            "childcare-find-waiting",
        ),
        (
            ("une université à Saguenay", "university.find"),
            ("ca change mon permis?", "transport"),
            "immigration-permit",
        ),
        (
            ("une école à Alma", "school.find"),
            ("le public ou le prive?", "clarify"),
            "school-find-private",
        ),
        (("une école à Alma", "school.find"), ("pis lautobus", "transport"), "school-find-daily"),
        (
            ("apprendre la soudure", "school.find"),
            ("je peux etre paye?", "childcare.cost"),
            "cegep-cost-aid",
        ),
        (
            ("garderie à Alma", "childcare.find"),
            ("si cest plein", "clarify"),
            "childcare-find-waiting",
        ),
        (
            ("mon plan de départ", "moving.plan"),
            ("ca coute combien", "moving.aid"),
            "moving-aid-price",
        ),
        (
            ("garderie à Alma", "childcare.find"),
            ("elle doit être reconnue?", "childcare.register"),
            "childcare-types-family",
        ),
        (
            ("garderie à Alma", "childcare.find"),
            ("jai laide sociale", "housing.aid"),
            "childcare-cost-free",
        ),
        (
            ("le cégep d’Alma", "cegep.find"),
            ("le cegep a tu des chambres", "cegep.find"),
            "cegep-find-residences",
        ),
    ],
)
def test_next_question_keeps_to_what_was_talked_about(
    talk: Talk, first: tuple[str, str], then: tuple[str, str], entry: str
) -> None:
    talk.say(*first)
    assert talk.say(*then).messages[0].entry == entry
