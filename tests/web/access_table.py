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
administrator GET      /admin/fiches/{entry_id}
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
"""


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
