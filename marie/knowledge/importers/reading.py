"""Which importer reads a file: asked for by name, or found by the file's layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from marie.knowledge.importers import (
    childcare,
    education,
    hsds_package,
    municipalities,
    own_list,
    regions,
)
from marie.knowledge.importers.files import features, read_sheet
from marie.knowledge.importers.model import Parsed, Task, UnreadableFile

IMPORTERS: Mapping[str, Callable[[Task], Parsed]] = {
    "places": municipalities.read,
    "childcare": childcare.read,
    "colleges": education.read_colleges,
    "schools": education.read_schools,
    "regions": regions.read,
    "hsds": hsds_package.read,
    "list": own_list.read,
}


def sorted_out(what: str, paths: tuple[Path, ...]) -> list[tuple[str, tuple[Path, ...]]]:
    """Which importer reads which files, in the order of reading; `auto` looks at their layouts.

    Places come first: the others find their towns among them. `UnreadableFile` for a file that no
    importer knows.
    """
    if what != "auto":
        return [(what, paths)]
    found: dict[str, list[Path]] = {}
    for path in paths:
        for each, importer in _recognised(path):
            found.setdefault(importer, []).append(each)
    return [(name, tuple(found[name])) for name in IMPORTERS if name in found]


def recognise(path: Path) -> str | None:
    """The importer that reads a file, by its layout."""
    if path.suffix == ".zip" or (path / "services.csv").exists():
        return "hsds"
    if path.suffix == ".xlsx":
        return "list"
    if path.suffix == ".geojson":
        told = features(path)
        original = (told[0].get("properties") or {}).get("originales") or {} if told else {}
        return "schools" if "CD_IMM" in original else "colleges" if "CD_ORGNS" in original else None
    if path.suffix == ".json":
        return None if path.name == "css_proprietes.json" else "hsds"
    if path.suffix.lower() != ".csv":
        return None
    layouts = (
        ("places", municipalities.COLUMNS),
        ("childcare", tuple(childcare.REGIONAL.values())),
        ("childcare", tuple(childcare.PROVINCIAL.values())),
        ("regions", ("region_code", "region")),
    )
    for importer, columns in layouts:
        try:
            read_sheet(path, columns)
        except UnreadableFile:
            continue
        return importer
    return None


def _recognised(path: Path) -> list[tuple[Path, str]]:
    if not path.is_dir() or (path / "services.csv").exists():
        importer = recognise(path)
        if importer is None:
            raise UnreadableFile(f"{path.name} : aucun importateur ne reconnaît ce fichier.")
        return [(path, importer)]
    files = sorted(each for each in path.rglob("*") if each.is_file())
    return [
        (each, name)
        for each in files
        if each.suffix != ".json" and (name := recognise(each)) is not None
    ]
