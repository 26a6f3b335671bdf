"""What the words between braces of Marie's phrases stand for, and an example of each."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "place": ("un lieu, avec sa préposition", "à Rimouski"),
    "region": ("une région, avec sa préposition", "au Bas-Saint-Laurent"),
    "value": ("un montant ou une valeur", "9,65\u00a0$"),
    "count": ("un nombre", "3"),
    "when": ("un jour et une heure, en toutes lettres", "le 12 janvier 2027 à 18\u00a0h"),
    "name": ("le nom d’une personne ou d’un organisme", "Nadia"),
    "last": ("le dernier jour", "31 mars 2027"),
    "first": ("le premier jour", "1er janvier 2027"),
    "date": ("un jour, en toutes lettres", "22 novembre 2026"),
    "day": ("un jour, en toutes lettres", "22 novembre 2026"),
    "lease_end": ("le jour où le bail finit", "30 juin 2027"),
    "title": ("un titre", "Deux jours à Rimouski"),
    "source": ("le nom d’une page officielle", "Ministère de la Famille"),
    "published": ("la date d’une page, avec une virgule", ", 2026-03"),
    "said": ("ce que la personne a dit", "29"),
    "other": ("ce qu’elle a dit d’autre", "31"),
    "how": ("de quelle façon", "par téléphone"),
    "recipient": ("qui reçoit le dossier", "un organisme de Rimouski"),
    "program": ("le nom d’un programme", "Emplois en régions"),
    "verdict": ("un verdict, en quelques mots", "à première vue, oui"),
    "because": ("une raison", "Vous avez la résidence permanente."),
    "distance": ("des kilomètres", "12"),
    "noun": ("des fiches, au pluriel", "cégeps"),
    "shown": ("combien sont montrées", "3"),
    "question": ("une question de Marie", "Pour quelle ville ou quelle région?"),
    "days": ("un nombre de jours", "12\u00a0jours"),
    "year": ("une année", "2026"),
    "months": ("un nombre de mois", "12"),
    "article": ("un article de loi", "art.\u00a01942 du Code civil"),
    "colleague": ("le nom d’une collègue", "Samuel"),
    "organization": ("le nom d’un organisme", "l’organisme d’accueil"),
}
"""By name: what it stands for, and an example. A name that is not here is its own example."""


PARTS: tuple[tuple[str, str], ...] = (
    ("text", "Phrase"),
    ("simple", "En français simple"),
    ("why", "Si on demande «\u00a0pourquoi?\u00a0»"),
)
"""The parts of a phrase as previews name them."""


def meaning(name: str) -> str:
    """What a word stands for; "" when nobody wrote it down."""
    return WORDS[name][0] if name in WORDS else ""


def example(name: str) -> str:
    """What the preview says in its place."""
    return WORDS[name][1] if name in WORDS else f"[{name}]"
