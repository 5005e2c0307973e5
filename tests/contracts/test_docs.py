"""Documents that must keep up with the definition files."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from data.catalogue import Catalogue
from scripts import write_docs

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def _glossary_names(text: str) -> set[str]:
    rows = [line.split("|") for line in text.splitlines() if line.startswith("|")]
    return {name for row in rows if len(row) > 3 for name in re.findall(r"`([a-z0-9_]+)`", row[2])}


def _domains() -> set[str]:
    found = set()
    for path in sorted(DATA.glob("towns/*/domains.csv")):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            found |= {row["domain_code"] for row in csv.DictReader(handle)}
    return found


def _expected() -> dict[str, set[str]]:
    rules = Catalogue().rules
    return {
        "metric family": {path.stem for path in DATA.glob("metrics/*.yaml")},
        "feed": {path.stem for path in DATA.glob("towns/*/feeds/*.yaml")},
        "entity": {path.stem for path in DATA.glob("entities/*.yaml")},
        "rule family": {name.split(".")[0] for name in rules} | {"risk_colour", "link"},
        "domain": _domains(),
    }


@pytest.mark.parametrize("kind", ["metric family", "feed", "entity", "rule family", "domain"])
def test_the_glossary_has_a_row_for_every(kind):
    expected = _expected()[kind]
    assert expected, f"no {kind} found: the test looks in the wrong place"
    known = _glossary_names((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
    assert sorted(expected - known) == []


def test_a_name_without_a_row_is_missed():
    assert _glossary_names("| 事件 | `incident` | text |\n\nonly `mentioned` in a sentence") == {"incident"}


@pytest.mark.parametrize("name", ["metrics.md", "feeds.md"])
def test_generated_pages_are_up_to_date(name):
    path = ROOT / "docs" / name
    assert path.read_text(encoding="utf-8") == write_docs.make_pages()[path], "run `make docs`"


def test_a_changed_definition_makes_a_generated_page_out_of_date():
    catalogue = Catalogue()
    before = write_docs.write_metrics(catalogue)
    name = next(iter(catalogue.metrics))
    catalogue.metrics[name] = catalogue.metrics[name].model_copy(update={"value": "sum(something_else)"})
    assert write_docs.write_metrics(catalogue) != before


def test_every_link_between_documents_leads_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = []
    for page in pages:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert broken == []


def test_generated_pages_name_every_town():
    pages = write_docs.make_pages()
    text = pages[ROOT / "docs" / "feeds.md"]
    towns = [path.parent.name for path in DATA.glob("towns/*/town.yaml")]
    assert towns and all(f"data/towns/{town}/feeds/" in text for town in towns)
