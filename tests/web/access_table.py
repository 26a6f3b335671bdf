"""Every route of the staff, and who gets in. A route that is not here fails `test_access`.

open          whoever comes: she proves who she is by what she sends
staff         everybody who is signed in
conversation  who may see the conversation; to others it is not there
mover         a supervisor or an administrator who may see the conversation
socket        like `conversation`; the socket closes with 4404 on others
live          a socket for everybody who is signed in
supervisor    supervisors and administrators
administrator administrators
"""

from __future__ import annotations

TABLE = """
open          GET POST /console/connexion
open          GET POST /console/connexion/code
open          GET POST /console/lien/{token}

staff         GET      /console
staff         GET      /console/
staff         GET      /console/liste
staff         GET      /console/appels
live          GET      /console/live
staff         POST     /console/deconnexion
staff         GET POST /console/mot-de-passe
staff         GET POST /console/compte
staff         POST     /console/compte/codes
staff         GET POST /console/compte/deuxieme-etape
staff         POST     /console/compte/deuxieme-etape/arret
staff         POST     /console/compte/sessions
staff         GET POST /console/avis
supervisor    GET POST /console/etiquettes
staff         GET      /console/recherche
staff         GET POST /console/reponses
staff         POST     /console/reponses/{answer_id}/supprimer
staff         GET      /console/suivi
conversation  POST     /console/suivi/{conversation_id}
conversation  POST     /console/suivi/{conversation_id}/issue
conversation  POST     /console/suivi/{conversation_id}/rappel
staff         GET POST /console/rendez-vous
staff         POST     /console/rendez-vous/{appointment_id}/annuler
staff         POST     /console/rendez-vous/{appointment_id}/prendre
supervisor    GET      /console/chiffres
supervisor    GET      /console/chiffres.csv
supervisor    GET      /console/chiffres.xlsx

conversation  GET      /console/conversations/{conversation_id}
socket        GET      /console/conversations/{conversation_id}/socket
mover         POST     /console/conversations/{conversation_id}/organisme
conversation  POST     /console/conversations/{conversation_id}/confier
conversation  POST     /console/conversations/{conversation_id}/ecrire
conversation  POST     /console/conversations/{conversation_id}/etiquettes
conversation  POST     /console/conversations/{conversation_id}/fermer
conversation  GET      /console/conversations/{conversation_id}/inserer
conversation  GET      /console/conversations/{conversation_id}/inserer/liste
conversation  POST     /console/conversations/{conversation_id}/notes/{note_id}/supprimer
conversation  GET POST /console/conversations/{conversation_id}/orientation
conversation  POST     /console/conversations/{conversation_id}/orientation/{referral}
conversation  POST     /console/conversations/{conversation_id}/participants
conversation  POST     /console/conversations/{conversation_id}/prendre
conversation  POST     /console/conversations/{conversation_id}/rappels
conversation  POST     /console/conversations/{conversation_id}/rappels/{reminder_id}/fait
conversation  POST     /console/conversations/{conversation_id}/rendre
conversation  GET      /console/conversations/{conversation_id}/reponses
conversation  GET      /console/conversations/{conversation_id}/reponses/liste

supervisor    GET POST /admin/equipe
supervisor    POST     /admin/equipe/invitations/retirer
supervisor    GET POST /admin/equipe/{staff_id}
supervisor    POST     /admin/equipe/{staff_id}/activer
supervisor    POST     /admin/equipe/{staff_id}/desactiver
supervisor    POST     /admin/equipe/{staff_id}/deuxieme-etape
supervisor    POST     /admin/equipe/{staff_id}/mot-de-passe

administrator GET      /admin
administrator GET      /admin/
administrator GET POST /admin/agents
administrator GET      /admin/envois
administrator GET      /admin/envois/courriels/{id}
administrator POST     /admin/envois/courriels/{id}/reessayer
administrator POST     /admin/envois/livraisons/{id}/reessayer
administrator POST     /admin/envois/webhooks
administrator POST     /admin/envois/webhooks/{id}/retirer
administrator GET POST /admin/evenements
administrator GET      /admin/evenements/nouveau
administrator GET POST /admin/evenements/{event_id}
administrator POST     /admin/evenements/{event_id}/annuler
administrator GET      /admin/evenements/{event_id}/modifier
administrator POST     /admin/evenements/{event_id}/revisions/{revision}/retablir
administrator GET      /admin/evenements/{item}/historique
administrator GET      /admin/evenements/{item}/historique/{revision}
administrator POST     /admin/evenements/{item}/ouvert
administrator POST     /admin/evenements/{item}/revisions/{revision}/{do}
administrator GET      /admin/fiches
administrator GET POST /admin/fiches/nouvelle
administrator POST     /admin/fiches/apercu
administrator GET      /admin/fiches/{item}
administrator POST     /admin/fiches/{item}/apercu
administrator GET POST /admin/fiches/{item}/modifier
administrator GET      /admin/fiches/{item}/historique
administrator GET      /admin/fiches/{item}/historique/{revision}
administrator POST     /admin/fiches/{item}/ouvert
administrator POST     /admin/fiches/{item}/retirer
administrator POST     /admin/fiches/{item}/revisions/{revision}/{do}
administrator GET      /admin/lieux
administrator GET      /admin/lieux/{item}
administrator POST     /admin/lieux/{item}/apercu
administrator GET POST /admin/lieux/{item}/modifier
administrator GET      /admin/lieux/{item}/historique
administrator GET      /admin/lieux/{item}/historique/{revision}
administrator POST     /admin/lieux/{item}/ouvert
administrator POST     /admin/lieux/{item}/retirer
administrator POST     /admin/lieux/{item}/revisions/{revision}/{do}
administrator GET      /admin/manques
administrator GET      /admin/manques/reglees
administrator POST     /admin/manques/reglees/{number}/annuler
administrator GET      /admin/manques/repertoire
administrator GET POST /admin/manques/{miss}
administrator POST     /admin/manques/{miss}/ecarter
administrator GET      /admin/modeles
administrator POST     /admin/modeles/retour
administrator POST     /admin/modeles/tournures/{example}/accepter
administrator POST     /admin/modeles/tournures/{example}/refuser
administrator POST     /admin/modeles/{name}/promouvoir
administrator GET      /admin/montants
administrator GET POST /admin/montants/nouveau
administrator GET      /admin/montants/{item}
administrator POST     /admin/montants/{item}/apercu-valeur
administrator GET POST /admin/montants/{item}/modifier
administrator POST     /admin/montants/{item}/valeurs
administrator GET      /admin/montants/{item}/historique
administrator GET      /admin/montants/{item}/historique/{revision}
administrator POST     /admin/montants/{item}/ouvert
administrator POST     /admin/montants/{item}/retirer
administrator POST     /admin/montants/{item}/revisions/{revision}/{do}
administrator GET      /admin/phrases
administrator GET      /admin/phrases/{item}
administrator POST     /admin/phrases/{item}/apercu
administrator GET POST /admin/phrases/{item}/modifier
administrator GET      /admin/phrases/{item}/historique
administrator GET      /admin/phrases/{item}/historique/{revision}
administrator POST     /admin/phrases/{item}/ouvert
administrator POST     /admin/phrases/{item}/retirer
administrator POST     /admin/phrases/{item}/revisions/{revision}/{do}
administrator GET      /admin/programmes
administrator GET POST /admin/programmes/nouveau
administrator POST     /admin/programmes/nouveau/apercu
administrator GET      /admin/programmes/{item}
administrator POST     /admin/programmes/{item}/apercu
administrator GET POST /admin/programmes/{item}/modifier
administrator GET      /admin/programmes/{item}/historique
administrator GET      /admin/programmes/{item}/historique/{revision}
administrator POST     /admin/programmes/{item}/ouvert
administrator POST     /admin/programmes/{item}/retirer
administrator POST     /admin/programmes/{item}/revisions/{revision}/{do}
administrator GET      /admin/registres
administrator GET      /admin/registres/acces
administrator GET      /admin/registres/acces/{conversation_id}
administrator GET      /admin/registres/acces/{conversation_id}/registre.csv
administrator GET      /admin/registres/consentements
administrator GET      /admin/registres/conservation
administrator GET POST /admin/registres/incidents
administrator GET      /admin/registres/incidents.csv
administrator GET      /admin/registres/incidents/nouveau
administrator GET POST /admin/registres/incidents/{incident_id}
administrator GET      /admin/qualite
administrator GET      /admin/qualite.csv
administrator GET      /admin/reglages
administrator GET      /admin/reglages/essai/{revision}/{file}
administrator POST     /admin/reglages/widget/logo
administrator GET POST /admin/reglages/{item}
administrator GET      /admin/reglages/{item}/modifier
administrator GET      /admin/reglages/{item}/historique
administrator GET      /admin/reglages/{item}/historique/{revision}
administrator POST     /admin/reglages/{item}/ouvert
administrator POST     /admin/reglages/{item}/retirer
administrator POST     /admin/reglages/{item}/revisions/{revision}/{do}
administrator GET POST /admin/repartition
administrator GET      /admin/repertoire
administrator GET      /admin/repertoire/carte
administrator GET      /admin/repertoire/doublons
administrator GET POST /admin/repertoire/doublons/comparer
administrator POST     /admin/repertoire/doublons/distincts
administrator GET      /admin/repertoire/export.csv
administrator GET POST /admin/repertoire/fiches/nouvelle
administrator GET POST /admin/repertoire/fiches/{card_id}
administrator POST     /admin/repertoire/fiches/{card_id}/conflit
administrator GET      /admin/repertoire/fiches/{card_id}/doublons
administrator POST     /admin/repertoire/fiches/{card_id}/remettre
administrator POST     /admin/repertoire/fiches/{card_id}/retirer
administrator POST     /admin/repertoire/fiches/{card_id}/separer
administrator POST     /admin/repertoire/fiches/{card_id}/verifier
administrator GET      /admin/repertoire/gestes
administrator POST     /admin/repertoire/gestes/{batch}/annuler
administrator GET POST /admin/repertoire/imports
administrator GET      /admin/repertoire/imports/attente/{upload_id}
administrator POST     /admin/repertoire/imports/attente/{upload_id}/appliquer
administrator GET      /admin/repertoire/imports/attente/{upload_id}/avancement
administrator POST     /admin/repertoire/imports/attente/{upload_id}/colonnes
administrator POST     /admin/repertoire/imports/attente/{upload_id}/jeter
administrator POST     /admin/repertoire/imports/attente/{upload_id}/reprendre
administrator POST     /admin/repertoire/imports/offres/{batch}/annuler
administrator POST     /admin/repertoire/imports/{batch}/annuler
administrator GET      /admin/repertoire/imports/{batch}/rejets.csv
administrator GET      /admin/repertoire/liens
administrator POST     /admin/repertoire/lot
administrator POST     /admin/repertoire/lot/confirmer
administrator POST     /admin/signalements/{report_id}/regler
administrator POST     /admin/travaux/{job}/relancer
administrator GET POST /admin/verifier
"""

FORMS = {
    "/console/suivi/{conversation_id}": "in=3",
    "/console/suivi/{conversation_id}/issue": "outcome=answered",
}
"""What is sent to routes that look at the form before they look at the conversation."""


def read_table() -> dict[tuple[str, str], str]:
    """Who gets in, by method and path."""
    found: dict[tuple[str, str], str] = {}
    for line in TABLE.split("\n"):
        if line:
            access, *methods, path = line.split()
            for method in methods:
                assert (method, path) not in found, line
                found[method, path] = access
    return found
