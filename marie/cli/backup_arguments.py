"""What `marie backup` and `marie restore` understand. Nothing else is imported."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_backup(parser: argparse.ArgumentParser) -> None:
    """The arguments of `marie backup`."""
    parser.add_argument("folder", type=Path, help="where the archives are")
    parser.add_argument("--keep", type=_some, metavar="N", help="remove all but the N newest")
    to = parser.add_mutually_exclusive_group()
    to.add_argument("--encrypt-to", metavar="AGE_RECIPIENT", help="encrypt by the installed age")
    to.add_argument("--gpg", metavar="RECIPIENT", help="encrypt by the installed gpg")


def add_restore(parser: argparse.ArgumentParser) -> None:
    """The arguments of `marie restore`."""
    parser.add_argument("archive", type=Path)
    parser.add_argument("--into-data", type=Path, metavar="DIR", help="else MARIE_DATA")
    parser.add_argument("--database-url", metavar="URL", help="else MARIE_DATABASE_URL")


def _some(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)
