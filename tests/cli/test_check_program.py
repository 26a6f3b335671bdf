"""`marie check-program`: an editor's mistake, in one French sentence that names the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from marie.cli.programs import check_program
from marie.settings import ROOT, Settings

GOOD = (ROOT / "knowledge" / "programs" / "place-aux-jeunes.yml").read_text(encoding="utf-8")


def said(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    path = tmp_path / "place-aux-jeunes.yml"
    path.write_text(text, encoding="utf-8")
    code = check_program(Settings.from_env({"MARIE_DATA": str(tmp_path)}), path)
    lines = capsys.readouterr().out.replace("\u00a0", " ").strip().splitlines()
    return code, [line.replace(str(path), "FICHIER") for line in lines]


def test_good_file_is_said_to_be_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = said(tmp_path, GOOD, capsys)
    assert code == 0
    assert lines == ["place-aux-jeunes.yml : en ordre, ses exemples donnent les verdicts attendus."]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("summary:", "sommaire:", "FICHIER : la clé « sommaire » n’existe pas."),
        (
            "    operator: at_least\n",
            "",
            "FICHIER : « conditions », « old-enough » : il manque la clé « operator ».",
        ),
        (
            "operator: at_least",
            "operator: plus_que",
            "FICHIER : « conditions », « old-enough », « operator » : 'plus_que' n’est pas une des "
            "valeurs permises.",
        ),
        (
            "order: 20",
            "order: vingt",
            "FICHIER : « order » : il faut un nombre entier, pas un texte.",
        ),
        (
            "    value: 35\n",
            "    value: 35\n    from: demain\n",
            "FICHIER : « conditions », « young-enough », « from » : il faut une date (AAAA-MM-JJ).",
        ),
        ("field: age", "field: pointure", "le champ « pointure » n’existe pas."),
        ("operator: at_least", "operator: in", "« in » ne va pas avec « age »."),
        ("[college, university]", "[college, lycee]", "« lycee » n’est pas une valeur de"),
        (
            "    would_change: Avoir {value} ans.\n",
            "",
            "il manque la phrase « would_change ».",
        ),
        (
            "profile: {age: 30}\n    verdict: to_confirm",
            "profile: {age: 30}\n    verdict: eligible",
            "exemple « Âge seul connu » : le verdict est to_confirm, pas eligible.",
        ),
        (
            "missing: [age, education, status]",
            "missing: [age]",
            "exemple « Rien de dit » : il manque",
        ),
        ("{age: 30}", "{pointure: 42}", "le champ « pointure » n’existe pas."),
        ("{age: 30}", "{age: trente}", "« age » ne peut pas valoir « trente »."),
        ("says: Rien de dit", "says: Âge seul connu", "deux exemples s’appellent"),
        ("id: young-enough", "id: old-enough", "valent le même jour."),
        ("id: place-aux-jeunes\n", "id: autre\n", "« id » vaut « autre », pas le nom du fichier."),
        ("conditions:", "conditions: [", "le YAML est mal formé."),
        (
            "field: age\n    operator: at_least\n    value: 18",
            "field: experience_years\n    operator: at_least\n    value: 18",
            "aucune question ne demande « experience_years »",
        ),
    ],
)
def test_mistake_is_explained_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, sentence: str
) -> None:
    text = GOOD.replace("\u00a0", " ")
    assert old in text
    code, lines = said(tmp_path, text.replace(old, new, 1), capsys)

    assert code == 1
    assert any(sentence in line for line in lines), lines


def test_file_without_its_source_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head, _, tail = GOOD.rpartition("source:\n")
    code, lines = said(tmp_path, f"{head}{tail[tail.index('examples:') :]}", capsys)
    assert code == 1
    assert lines == ["FICHIER : il manque la clé « source »."]


def test_file_that_is_not_there_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings.from_env({"MARIE_DATA": str(tmp_path)})
    assert check_program(settings, tmp_path / "rien.yml") == 1
    assert "illisible" in capsys.readouterr().out
