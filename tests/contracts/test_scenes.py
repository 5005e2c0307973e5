"""docs/scenes.md says what is built: fifty scenes, each on a page that shows its numbers, made of the feeds it names."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from components.board import tiles_of
from components.page import pages
from data.lineage import trace_metric
from tests.components.frames import town

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "scenes.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if re.match(r"\| \d+ \|", line)
]
BUILT = [row for row in ROWS if row[5] != "-"]
# Its numbers stand in sentences of a document, not in tiles: tests/briefing hold them to the same requests.
WRITTEN = {"简报"}
for _path in sorted((ROOT / "pages").glob("[a-z]*.py")):
    importlib.import_module(f"pages.{_path.stem}")
PAGES = {page.path: page for page in pages()}


def _names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _shown(path: str) -> set[str]:
    """Every metric the tiles of a page show."""
    return {metric for tile in tiles_of(PAGES[path]) for metric in tile.metrics()}


def test_fifty_scenes_each_once():
    assert [int(row[0]) for row in ROWS] == list(range(1, 51))
    assert len({row[1] for row in ROWS}) == len({row[2] for row in ROWS}) == 50
    assert {row[1] for row in ROWS if row[5] == "-"} == WRITTEN
    assert {path for row in ROWS for path in _names(row[3])} <= set(PAGES)
    assert all(_names(row[3]) for row in ROWS)


@pytest.mark.parametrize("row", BUILT, ids=lambda row: row[0])
def test_the_page_of_a_scene_shows_its_metrics(row):
    (path,) = _names(row[3])
    assert path in PAGES, f"{row[1]}: no page {path}"
    missing = set(_names(row[5])) - _shown(path)
    assert _names(row[5]) and not missing, f"{row[1]}: {path} does not show {sorted(missing)}"


@pytest.mark.parametrize("row", BUILT, ids=lambda row: row[0])
def test_a_scene_is_made_of_the_feeds_it_names(row):
    chains = [trace_metric(metric, town=town()) for metric in _names(row[5])]
    reached = {node.name for chain in chains for node in chain if node.kind == "feed"}
    missing = set(_names(row[4])) - reached
    assert _names(row[4]) and not missing, f"{row[1]}: no metric of it leads to {sorted(missing)}"


def test_what_is_told_as_code_outside_the_table_exists():
    feeds = {path.stem for path in (ROOT / "data" / "towns" / "stown" / "feeds").glob("*.yaml")}
    rest = "\n".join(line for line in TEXT.splitlines() if not re.match(r"\| \d+ \|", line))
    for name in _names(rest):
        known = name in PAGES or name in feeds or (ROOT / name).exists()
        assert known, f"docs/scenes.md names {name!r}, which is no page, feed or folder"
