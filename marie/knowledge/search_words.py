"""The words that searching the directory knows: synonyms, kinds, words that say nothing.

Everything here is written plainly and read folded, without stop words and in the singular, so
"garderies" and "école aux adultes" need no variants.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from marie.knowledge.model import ResourceKind


@dataclass(frozen=True)
class Concept:
    """Several ways to say one thing.

    `kind`: they ask for one kind of resource; `narrows`: for some of that kind alone.
    """

    kind: ResourceKind | None
    phrases: tuple[str, ...]
    narrows: bool = False


def _concept(kind: ResourceKind | None, phrases: str, *, narrows: bool = False) -> Concept:
    return Concept(kind, tuple(phrase.strip() for phrase in phrases.split(",")), narrows)


CONCEPTS: Mapping[str, Concept] = {
    "=childcare": _concept(
        "childcare",
        "garderie, cpe, centre de la petite enfance, petite enfance, service de garde, garde, rsg, "
        "milieu familial, garde d'enfants, garde en milieu familial, crèche, nounou, "
        "centre à la petite enfance, installation de garde, daycare",
    ),
    "=infants": _concept(
        "childcare",
        "poupon, place poupon, places pour poupons, pouponnière, bébé, nourrisson, "
        "moins de 18 mois, 0 à 18 mois",
        narrows=True,
    ),
    "=subsidized": _concept(
        "childcare",
        "subventionné, garderie subventionnée, contribution réduite, place à contribution réduite",
        narrows=True,
    ),
    "=cegep": _concept("cegep", "cégep, collège, collégial, études collégiales"),
    "=university": _concept("university", "université, universitaire, fac, études universitaires"),
    "=school": _concept(
        "school",
        "école, centre de services scolaire, commission scolaire, scolaire",
    ),
    "=preschool": _concept("school", "maternelle, préscolaire, prématernelle", narrows=True),
    "=primary": _concept("school", "école primaire, primaire, élémentaire", narrows=True),
    "=secondary": _concept(
        "school", "école secondaire, secondaire, polyvalente, high school", narrows=True
    ),
    "=private-college": _concept(
        "school", "collège privé, établissement collégial privé", narrows=True
    ),
    "=adult-school": _concept(
        "school",
        "école aux adultes, école des adultes, éducation aux adultes, éducation des adultes, "
        "éducation pour adultes, école pour adultes, centre d'éducation des adultes, "
        "centre d'éducation aux adultes, formation des adultes, formation générale des adultes",
        narrows=True,
    ),
    "=trade-school": _concept(
        "school",
        "formation professionnelle, centre de formation professionnelle, école de métiers, "
        "école professionnelle, dep, cfp",
        narrows=True,
    ),
    "=housing": _concept(
        "housing",
        "logement, logis, appartement, appart, apart, loyer, habitation, maison à louer, "
        "chambre à louer",
    ),
    "=low-rent": _concept("housing", "hlm, loyer modique, logement à loyer modique"),
    "=employment": _concept(
        "employment", "emploi, job, travail, travailler, boulot, offre d'emploi, embauche"
    ),
    "=francization": _concept(
        "francization", "francisation, cours de français, apprendre le français"
    ),
    "=health": _concept("health", "santé, médecin, docteur, hôpital, clinique, clsc"),
    "=lawyer": _concept("legal", "avocat, notaire, conseil juridique"),
    "=legal": _concept("legal", "juridique, information juridique"),
    "=business": _concept("business", "entreprise, entrepreneur, entrepreneuriat, business"),
    "=newcomer": _concept(
        "settlement", "immigrant, immigration, nouvel arrivant, nouveau arrivant"
    ),
    "=municipality": _concept("municipality", "municipalité, mairie, hôtel de ville"),
    "=car": _concept(None, "auto, voiture, char, automobile"),
    "=moving": _concept(None, "déménagement, déménager"),
    "=student-aid": _concept(None, "bourse, bourse d'études, prêts et bourses"),
    "=food-aid": _concept(None, "banque alimentaire, aide alimentaire"),
}
"""Words that mean alike. The longest phrase counts: "loyer modique" is not "loyer"."""

TYPES: Mapping[str, Concept] = {
    "cpe": _concept("childcare", "cpe, centre de la petite enfance", narrows=True),
    "familial": _concept("childcare", "milieu familial, familial, rsg", narrows=True),
}
"""Words that mean one type of a kind when somebody wants that alone, by the token that says it."""

SAID_BY_NAMES = frozenset({"=secondary", "=private-college", "=adult-school", "=trade-school"})
"""Precisions that the names of those meant say themselves: these come before the others."""

EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset(TYPES),
    frozenset(
        {
            "=preschool",
            "=primary",
            "=secondary",
            "=private-college",
            "=adult-school",
            "=trade-school",
        }
    ),
)
"""Of each of these only the last one that was said is meant."""

STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a ai au aux avec c ce ces cherche chercher comment d dans de des du elle en est et faire
        faut il ils j je l la le les leur ma me mes mon n notre ou par peut peux pour pres proche
        qu que quel quelle quels quelles quelque qui s sa se ses son sont sur t trouve trouver tu
        un une veut veux vos votre vous y besoin svp adresse telephone numero contact liste info
        infos place places enfant enfants fils fille avec milieu""",
    )
)
"""Folded words that say nothing about what is looked for."""

SPELLINGS = {"st": "saint", "ste": "sainte", "bb": "bebe", "mtl": "montreal", "qc": "quebec"}
"""Folded short forms and what they stand for."""
