"""What `marie import` understands. It imports nothing, so that `marie --help` answers at once."""

from __future__ import annotations

import argparse
from pathlib import Path

IMPORTERS = {
    "auto": "files of any layout below, each recognised",
    "places": "MAMH's Répertoire des municipalités (MUN.csv)",
    "childcare": "the Ministère de la Famille's list of daycares (CSV)",
    "colleges": "colleges and universities (GeoJSON)",
    "schools": "public school buildings (GeoJSON)",
    "regions": "employment by region of the Institut de la statistique (CSV)",
    "hsds": "a directory in HSDS 3.1 (zip, folder of CSV, JSON)",
    "list": "an organisation's own list (CSV, XLSX)",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Its commands: one an importer, then the log, undoing and merging."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="what")
    for name, said in IMPORTERS.items():
        one = commands.add_parser(name, help=said)
        one.add_argument("sources", nargs="+", help="files, folders or web addresses")
        one.add_argument("--yes", action="store_true", help="apply without asking")
        one.add_argument("--dry-run", action="store_true", help="show what would change, no more")
        one.add_argument("--all", action="store_true", help="print every change")
        one.add_argument("--gone", action="store_true", help="apply even if much disappears")
        one.add_argument("--rejected", type=Path, help="write the rejected rows to this CSV")
        one.add_argument("--kind", default="other", help="kind of a list's resources")
        one.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help="which column of a list gives which field",
        )
    openings = commands.add_parser("openings", help="employers' openings (CSV, XLSX)")
    openings.add_argument("sources", nargs=1, help="a file or a web address", metavar="source")
    openings.add_argument("--yes", action="store_true", help="apply without asking")
    openings.add_argument("--dry-run", action="store_true", help="show what would change, no more")
    openings.add_argument("--rejected", type=Path, help="write the rejected rows to this CSV")
    openings.add_argument("--list", help="the list's name, by which a later file replaces it")
    openings.add_argument(
        "--map", action="append", default=[], metavar="COLUMN=FIELD", help="as for a list"
    )
    commands.add_parser("openings-log", help="the imports of openings")
    undo_openings = commands.add_parser("openings-undo", help="undo an import of openings")
    undo_openings.add_argument("batch", type=int, help="its number in openings-log")
    commands.add_parser("log", help="the imports that were applied")
    undo = commands.add_parser("undo", help="put back what an import changed")
    undo.add_argument("batch", type=int, help="its number in the log")
    merge = commands.add_parser("merge", help="speak two entries as one")
    merge.add_argument("duplicate", help="id of the entry that completes the other")
    merge.add_argument("kept", help="id of the entry that is kept")
