"""How the counts of Marie's answers are called in French, on their page and in their file."""

from __future__ import annotations

from marie.domain.quality import Measure

MEASURES = {
    Measure.CONVERSATION: "Conversations",
    Measure.ANSWER: "Réponses",
    Measure.MISSED: "Non comprises",
    Measure.STALE: "Réponses à revoir",
    Measure.ASKED: "Demandes d’une personne",
    Measure.AFTER: "Suivies de « parler à quelqu’un »",
    Measure.HELPFUL: "Avis « aide »",
    Measure.UNHELPFUL: "Avis « n’aide pas »",
}

COLUMNS = ("Jour", "Mesure", "Sujet", "Fiche", "Nombre")
