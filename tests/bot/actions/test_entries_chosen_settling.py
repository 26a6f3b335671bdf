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
    ],
)
def test_entry_is_the_one_that_answers(talk: Talk, said: str, topic: str, entry: str) -> None:
    assert talk.place(said, topic).messages[0].entry == entry
