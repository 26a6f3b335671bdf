"""What people shorten when they type: "cb pr 2 enf", "jveu", "esk ya kelkun", "c cher".

`spell_out` writes it in full where the shorthand can mean nothing else, and leaves all other words
exactly as they are. For understanding alone: it is never shown.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re

from marie.language.folding import fold

_TOKEN = re.compile(r"[^\W_]+")


def spell_out(text: str) -> str:
    """`text` with its shorthand in full."""
    pieces: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        word = match[0].lower()
        bound = text[match.start() - 1 : match.start()] in _BINDING or (
            text[match.end() : match.end() + 1] in _BINDING
        )
        full = None if bound else _SHORTHAND.get(word) or _SHORTHAND.get(fold(word))
        pieces += [text[end : match.start()], full or match[0]]
        end = match.end()
    return "".join([*pieces, text[end:]])


_BINDING = frozenset("'’-")
_SHORTHAND = {
    short: full
    for full, shorts in {
        "bonjour": "bjr bnjr bonjou",
        "bonsoir": "bsr",
        "salut": "slt",
        "coucou": "cc",
        "s'il te plaît": "stp",
        "s'il vous plaît": "svp",
        "merci": "mrc mci mrci mersi",
        "désolé": "dsl",
        "pourquoi": "pk pq pkoi pourkoi prkoi",
        "parce que": "pcq psk pcque parske paske pck pcke",
        "quand": "qd kan kand",
        "quoi": "koi",
        "qui": "ki",
        "que": "ke",
        "quel": "kel",
        "quels": "kels",
        "quelle": "kelle",
        "quelles": "kelles",
        "lequel": "lekel",
        "quelqu'un": "kelkun kelqun qqun qqn kelkin",
        "quelque chose": "qqch qqchose kkchose qlqchose kelkechose",
        "quelque": "qlq qq kelke kelk",
        "comme": "kom kome",
        "comment": "koman coman comen cmt cmnt kmt commen",
        "combien": "cb cbn cmb combi1 kombien konbien",
        "est-ce que": "esk eske esq esque escque",
        "qu'est-ce que": "keske kesk kess",
        "ce que": "ske",
        "qu'il": "kil kelil",
        "qu'on": "kon quon",
        "qu'il y a": "kya",
        "il y a": "ya ia yas",
        "il y en": "yen",
        "il y avait": "yavait yavai",
        "je suis": "chui chu jsui jsuis jss jsu",
        "j'ai": "g jai jé gt",
        "je peux": "jpe jpeu jpeux jpx",
        "je veux": "jveu jveux jve jvx",
        "je voudrais": "jvoudrais jvoudrai jvoudré",
        "je vais": "jv jvais jvai jva",
        "je sais": "jsé jsais chai chais",
        "je sais pas": "jsp jcp jspa chépa",
        "je cherche": "jcherche jcherch",
        "je me": "jme",
        "je la": "jla",
        "je le": "jle",
        "je dois": "jdois jdoi",
        "j'aimerais": "jaimerais jaimerai jemerai",
        "c'est": "c cé cest sest",
        "tu es": "té",
        "tu as": "tas",
        "il fait": "yfait",
        "vous": "vs",
        "nous": "ns",
        "tout": "tt",
        "tous": "ts",
        "toute": "tte",
        "tout le monde": "tlm",
        "toujours": "tjs tjr tjrs",
        "temps": "tps",
        "longtemps": "lgtps",
        "dans": "ds",
        "avec": "avc avk",
        "pour": "pr",
        "depuis": "dpui dep8 dpt",
        "maintenant": "mnt mtn asteur",
        "beaucoup": "bcp bcoup bocou boku",
        "problème": "pb pbm",
        "rendez-vous": "rdv rv",
        "téléphone": "tel",
        "appartement": "appt appart apart apt",
        "propriétaire": "proprio propio",
        "enfants": "enf",
        "bébé": "bb",
        "déjà": "dja",
        "même": "mm",
        "souvent": "svt",
        "vraiment": "vrmt vrm",
        "jamais": "jms",
        "faut": "fo fau",
        "fait": "fe fè",
        "pas": "pa",
        "mais": "mé",
        "puis": "pis",
        "ici": "icitte",
        "alors": "faque fak",
        "pas du tout": "pantoute",
        "peut-être": "ptete ptetre ptet",
        "demain": "2main dem1 2m1",
        "aujourd'hui": "auj ajd ojd",
        "demande": "dmd dmnd",
        "renseignement": "rens rensgmt",
        "inscription": "insc",
        "monsieur": "mr",
        "madame": "mme",
        "québec": "qc",
        "montréal": "mtl",
        "aussi": "ossi oci",
        "autre": "otre",
        "trop": "tro",
        "logement": "lojman lojmen lgmt",
        "oui": "wi ui ouais ouin ouaip",
        "non": "nn nan nop nope",
    }.items()
    for short in shorts.split()
}
