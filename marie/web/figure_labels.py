"""How the figures and the registers are called in French, on their pages and in their files."""

from __future__ import annotations

from marie.domain.figures import Measure
from marie.domain.following import Outcome

OUTCOMES = {
    Outcome.ESTABLISHED.value: "Ménage établi en région",
    Outcome.EXPLORATORY_STAY.value: "Séjour exploratoire",
    Outcome.REFERRED.value: "Référée ailleurs",
    Outcome.APPOINTMENT.value: "Rendez-vous",
    Outcome.ANSWERED.value: "Question répondue",
    Outcome.UNREACHABLE.value: "Injoignable",
    Outcome.WITHDREW.value: "Désistement",
}

MEASURES = {
    Measure.VISIT: "Visites",
    Measure.CONVERSATION: "Conversations",
    Measure.LEAD: "Demandes",
    Measure.ANSWERED: "Demandes répondues, par délai",
    Measure.ANSWERED_OPEN: "Demandes répondues, par délai en heures d’ouverture",
    Measure.OUTCOME: "Demandes conclues",
    Measure.PLAN: "Plans de déménagement",
    Measure.STAY: "Séjours exploratoires",
    Measure.ESTABLISHED: "Ménages établis",
}

DETAILS = {
    "first": "première de la conversation",
    "again": "de nouveau",
    "longer": "plus de 30 jours",
}

COLUMNS = ("Jour", "Mesure", "Organisme", "Région", "Site", "Précision", "Nombre")
"""The header of the detailed file."""

SUMMARY = ("Chiffre", "Valeur")
ANSWERED = "Demandes répondues"
DELAYS = (
    "Délai de la première réponse, médiane, à l’horloge",
    "Délai de la première réponse, neuf sur dix, à l’horloge",
    "Délai de la première réponse, médiane, en heures d’ouverture",
    "Délai de la première réponse, neuf sur dix, en heures d’ouverture",
)
BY_GROUP = ("Demandes", "Répondues", "En 15 min", "En 1 h", "En 1 jour", "Conclues", "Établies")
GROUPS = {"organization": "Organisme", "region": "Région visée", "source": "Site"}
UNKNOWN = {
    "organization": "Sans organisme",
    "region": "Région non précisée",
    "source": "Site non précisé",
}
OTHERS = "Autres"
SHEETS = {
    "summary": "Résumé",
    "week": "Par semaine",
    "organization": "Par organisme",
    "region": "Par région",
    "source": "Par site",
    "detail": "Détail par jour",
}
WEEK = "Semaine du"
WAITING = "En attente maintenant"
PERIOD = "Période"
NO_DATA = "pas de donnée"

ACCESS_COLUMNS = ("Moment", "Personne", "Organisme", "Action")
INCIDENT_COLUMNS = (
    *("Connu le", "Survenu le", "Ce qui est arrivé", "Renseignements visés", "Personnes"),
    *(
        "Risque de préjudice sérieux",
        "Pourquoi",
        "Mesures",
        "CAI avisée le",
        "Personnes avisées le",
    ),
)
RISKS = {"unknown": "À évaluer", "none": "Non", "serious": "Oui"}


def said_minutes(minutes: int) -> str:
    """« 15 min », « 4 h », « 1 h 30 », « 3 jours »."""
    if minutes < 60:
        return f"{minutes}\u00a0min"
    if minutes < 1440:
        hours, rest = divmod(minutes, 60)
        return f"{hours}\u00a0h" + (f"\u00a0{rest:02}" if rest else "")
    days = minutes // 1440
    return f"{days}\u00a0jour" + ("s" if days > 1 else "")


def said_detail(measure: Measure, detail: str) -> str:
    """What a cell's detail says."""
    if measure is Measure.OUTCOME:
        return OUTCOMES.get(detail, detail)
    if detail.isdecimal():
        return f"au plus {said_minutes(int(detail))}"
    return DETAILS.get(detail, detail)
