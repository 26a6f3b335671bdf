"""What the interface says in French where there is no template: errors of the API."""

from __future__ import annotations

PROBLEMS: dict[str, tuple[int, str, str]] = {
    "consent": (
        400,
        "Consentement requis",
        "Pour commencer, il faut accepter que la conversation soit conservée"
        " (« consent » vaut true).",
    ),
    "not_json": (400, "Requête illisible", "Le corps de la requête n’est pas du JSON en UTF-8."),
    "body": (400, "Requête illisible", "Le corps de la requête n’est pas arrivé en entier."),
    "fields": (
        400,
        "Requête incomplète ou inconnue",
        "La requête doit avoir les champs prévus, du bon type, et aucun autre.",
    ),
    "text_or_payload": (
        400,
        "Requête incomplète",
        "Il faut un texte (« text ») ou un choix (« payload »), l’un des deux.",
    ),
    "client_id": (400, "Identifiant invalide", "« client_id » doit être un UUID."),
    "text_empty": (400, "Message vide", "Le message est vide. Écrivez quelques mots."),
    "text_invalid": (
        400,
        "Texte invalide",
        "Le message contient des caractères qui ne sont pas du texte.",
    ),
    "text_too_long": (
        413,
        "Message trop long",
        "Le message dépasse 4 000 caractères. Envoyez-le en plusieurs parties.",
    ),
    "report_too_long": (
        413,
        "Signalement trop long",
        "Le signalement dépasse 1 000 caractères. Dites l’essentiel.",
    ),
    "report_about": (
        400,
        "Signalement sans objet",
        "Ce message ou cette fiche n’est pas dans cette conversation.",
    ),
    "reason_too_long": (
        413,
        "Avis trop long",
        "L’avis dépasse 500 caractères. Dites l’essentiel.",
    ),
    "opinion_about": (
        400,
        "Avis sans objet",
        "Ce message n’est pas une réponse de Marie dans cette conversation.",
    ),
    "site": (
        403,
        "Site non autorisé",
        "Marie n’est pas offerte sur ce site. L’administration de Marie peut l’ajouter à sa liste.",
    ),
    "too_large": (413, "Requête trop grande", "La requête est trop grande."),
    "unknown_payload": (
        400,
        "Choix inconnu",
        "Ce choix n’a pas été proposé dans cette conversation.",
    ),
    "number": (400, "Nombre invalide", "Un nombre de l’adresse n’est pas valide."),
    "kind": (400, "Catégorie inconnue", "Cette catégorie de ressources n’existe pas."),
    "place": (404, "Lieu inconnu", "Aucun lieu du Québec ne porte ce nom dans notre répertoire."),
    "client_id_reused": (
        409,
        "Identifiant déjà utilisé",
        "Ce « client_id » a déjà servi pour un autre message.",
    ),
    "not_found": (
        404,
        "Introuvable",
        "Cette conversation n’existe pas ou ce n’est pas sa clé.",
    ),
    "document": (404, "Introuvable", "Il n’y a pas de document à cette adresse."),
    "document_expired": (
        410,
        "Lien expiré",
        "Ce lien n’est plus valide\u00a0: il dure 15 minutes. Votre document existe toujours. Pour"
        " un nouveau lien, rechargez la page de la conversation et ouvrez le document de nouveau.",
    ),
    "kept_link": (
        404,
        "Lien introuvable",
        "Ce lien ne mène plus à rien\u00a0: il a été effacé, il a expiré, ou il n’a jamais existé."
        " Marie peut refaire votre plan.",
    ),
    "no_organization": (
        400,
        "Demande non déplacée",
        "Cet organisme n’existe pas, ou cette conversation n’a pas de demande à déplacer.",
    ),
    "label": (
        400,
        "Étiquette non enregistrée",
        "Une étiquette a un nom de 1 à 40 caractères et une couleur de la liste.",
    ),
    "label_taken": (409, "Étiquette déjà là", "Une autre étiquette porte déjà ce nom."),
    "reminder": (
        400,
        "Rappel non enregistré",
        "Un rappel a un texte (300 caractères au plus) et une date à venir, dans les deux ans.",
    ),
    "canned": (404, "Réponse introuvable", "Cette réponse type n’existe pas ou n’est pas à vous."),
    "canned_title": (
        400,
        "Réponse non enregistrée",
        "Une réponse type a un titre de 1 à 80 caractères.",
    ),
    "canned_too_long": (
        413,
        "Réponse trop longue",
        "Une réponse type a 3\u00a0000 caractères au plus.",
    ),
    "canned_placeholder": (
        400,
        "Mot entre accolades inconnu",
        "Entre accolades, seuls les mots de la liste sont remplacés.",
    ),
    "colleague": (
        400,
        "Collègue introuvable",
        "Cette personne ne peut pas recevoir cette conversation, ou son compte est fermé.",
    ),
    "reason": (
        400,
        "Il manque un mot",
        "Dites pourquoi vous confiez la conversation\u00a0: votre collègue le lira.",
    ),
    "outcome": (
        400,
        "Il manque l’issue",
        "Dites comment la conversation se termine, puis terminez-la.",
    ),
    "attachment": (
        400,
        "Fiche introuvable",
        "Une fiche jointe n’existe plus, ou il y en a trop (une fiche et six ressources au plus).",
    ),
    "overtaken": (
        409,
        "Réponse d’une collègue",
        "Quelqu’un de l’équipe a répondu entre-temps. Lisez sa réponse, puis envoyez ou corrigez la"
        " vôtre.",
    ),
    "no_page": (404, "Introuvable", "Il n’y a rien à cette adresse."),
    "method": (405, "Méthode refusée", "Cette adresse n’accepte pas cette méthode."),
    "erased": (410, "Conversation effacée", "Cette conversation a été effacée à votre demande."),
    "too_many": (
        429,
        "Trop de messages",
        "Trop de messages en peu de temps. Attendez un instant, puis réessayez.",
    ),
    "busy": (
        503,
        "Service momentanément indisponible",
        "Le service est momentanément indisponible. Réessayez dans un instant.",
    ),
}
"""Each problem by its id: HTTP status, title, detail."""

PREVIEWS: tuple[tuple[str, str], ...] = (
    ("text", "Réponse"),
    ("found", "Au-dessus des fiches trouvées"),
    ("details", "En savoir plus"),
    ("simple", "En français simple"),
)
"""The parts of an entry as previews name them, in their order."""

ATTACHED = "Question que Marie n’avait pas comprise"
DETACHED = "Formulation retirée"
VERIFIED = "Vérifié avec la page officielle"
"""Why a revision was made that nobody wrote in a form."""

EVENTS = {"trip": "Séjour exploratoire", "session": "Session d’information"}
"""What a kind of event is called."""
