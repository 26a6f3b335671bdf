"""Small files of ours in the publishers' layouts. What they tell exists nowhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

REGIONAL_TITLES = (
    "LISTE DES CENTRES DE LA PETITE ENFANCE ET GARDERIES EN FONCTION,,,,,,,,,,,,,",
    "Mise à jour le 1er novembre 2025,,,,,,,,,,,,,",
    ",,,,,,,,,,,,,",
)
REGIONAL_HEADER = (
    "Nom de l'installation,Région administrative,Adresse,Municipalité,Code postal,Téléphone,"
    "Télécopieur,Adresse courriel,Type de service de garde,Places totales au permis,"
    "Places 17 mois ou moins,Place à contribution réduite,Coordonnées géographiques,ARTM"
)
REGIONAL_ROWS = (
    'CPE DES ESSAIS,16 - Montérégie,"1, rue des Essais",Saint-Hyacinthe,J2S 0A1,(450) 555-0101,,'
    "essais@example.org,CPE,60,10,CR,,0",
    'GARDERIE "LE BANC D\'ESSAI",16 - Montérégie,"2, rue des Essais",Saint-Hyacinthe,J2S 0A1,'
    "(450) 555-0102,,,GARD,40,0,,,0",
    'CPE DES ESSAIS,16 - Montérégie,"9, rue des Preuves",Saint-Hyacinthe,J2S 0A1,(450) 555-0109,,,'
    "CPE,30,5,CR,,0",
)
LEGEND = "CPE : Centre de la petite enfance,,,,,,,,,,,,,"

PROVINCIAL = (
    "REGION,CODE_REGION_COMPO,NOM,TYPE,ADRESSE,NOM_MUN_COMPO,CODE_POSTAL_COMPO,PROVINCE,"
    "telephone1,TELECOPIEUR1,INTERNET,PLACE_TOTAL,PLACE_TOTAL_POUPON,SUBV",
    '"1 - Bas-Saint-Laurent",01,CPE de l\'Épreuve,CPE,"3, rue des Essais",Rimouski,G5L0A1,QC,'
    "4185550103,,epreuve@example.org,50,8,O",
    '"6 - Montréal",06,Garderie Témoin,GARD,"4, rue des Essais",Montréal,H2X0A1,QC,'
    "5145550104,,,45,0,N",
)

MUN = (
    '"mcode","munnom","madr1","madr2","madr3","madr4","mcodpos","mcourriel","mweb","mtel","mfax",'
    '"mcodedesi","mdes","mgentile","regadm","divrec","mrc","admregionale","horsmrcautoch",'
    '"mdatcons","mdatregi","msuperf","mpopul","datelec","electype","delectype","elecmode",'
    '"delecmode","divter","mcm","mcirc","msupft"',
    '"10043","Rimouski","1, rue des Essais","Rimouski","","","G5L0A1","mairie@example.org",'
    '"www.example.org","4185550105","0000000000","10","Ville","","Bas-Saint-Laurent (01)",'
    '"Rimouski-Neigette (10)","MRC Rimouski-Neigette (100)","","","","","","50000","","","","","",'
    '"","","",""',
    '"99999","Toponyme à venir","","","","","","","","0000000000","","25","","",'
    '"Nord-du-Québec (10)","","","","","","","","0","","","","","","","","",""',
)


def regional(path: Path, rows: Sequence[str] = REGIONAL_ROWS, encoding: str = "utf-8-sig") -> Path:
    """The regional extract of the daycare list."""
    lines = (*REGIONAL_TITLES, REGIONAL_HEADER, *rows, LEGEND)
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def provincial(path: Path, encoding: str = "latin1") -> Path:
    """The province-wide daycare list."""
    path.write_bytes("\r\n".join(PROVINCIAL).encode(encoding))
    return path


def school(**changes: Any) -> dict[str, Any]:
    """A feature of the layer of school buildings."""
    original = {
        "DT_MAJ_GDUNO": "20251205",
        "CD_ORGNS": "711999",
        "NOM_OFFCL_ORGNS": "Centre d'éducation des adultes des Essais",
        "CD_IMM": "711998",
        "NOM_IMM": "Polyvalente des Essais",
        "ADRS_GEO_L1_GDUNO_IMM": "5, rue des Essais",
        "ADRS_GEO_L2_GDUNO_IMM": None,
        "CD_MUNCP_GDUNO_IMM": "08053",
        "NOM_MUNCP_GDUNO_IMM": "Matane",
        "CD_POSTL_GDUNO_IMM": "G4W0A1",
        "PRESC": 0,
        "PRIM": 0,
        "SEC": 0,
        "FORM_PRO": 0,
        "ADULTE": 1,
        "SITE_WEB_ORGNS": "www.example.org/adultes",
        "CD_CS": "711000",
    } | changes.pop("original", {})
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": changes.pop("spot", [-67.52, 48.84])},
        "properties": {"code": original["CD_ORGNS"], "originales": original} | changes,
    }


def college(**changes: Any) -> dict[str, Any]:
    """A feature of the layer of colleges."""
    original = {
        "DT_MAJ_GDUNO": "20251205",
        "CD_ORGNS": "999000",
        "NOM_OFFCL": "Cégep des Essais",
        "ADRS_GEO_L1_GDUNO": "6, rue des Essais",
        "CD_MUNCP": "08053",
        "NOM_MUNCP": "Matane",
        "CD_POSTL_GDUNO": "G4W0A1",
        "SITE_WEB": "http://www.example.org",
        "ORDRE_ENS": "Collégial",
    } | changes.pop("original", {})
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": changes.pop("spot", [-67.52, 48.84])},
        "properties": {"type": "Cégep", "reseau": "Public", "originales": original} | changes,
    }


def geojson(path: Path, *features: dict[str, Any]) -> Path:
    """A layer of these features."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path
