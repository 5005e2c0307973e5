"""What a page sends first is whole and no more than it needs."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from dash.development.base_component import Component

from components.board import tiles_of
from components.page import pages
from components.shell import ASSETS, BUNDLES, bundle, bundle_url, index, make_layout

ROOT = Path(__file__).resolve().parents[2]
for _path in sorted((ROOT / "pages").glob("[a-z]*.py")):
    importlib.import_module(f"pages.{_path.stem}")
# What the browser is sent components for.
SENT = {"dash_html_components", "dash_core_components", "dash_leaflet", "cockpit_drawn"}
SPARED = re.compile(r"\bdash_table\b")


def _namespaces(drawn: Component) -> set[str]:
    return {drawn._namespace, *(each._namespace for each in drawn._traverse() if isinstance(each, Component))}


def test_every_component_of_a_frame_is_one_the_browser_is_sent():
    found = {
        f"{page.name}-{tile.uid}": strange
        for page in pages()
        for tile in tiles_of(page)
        if (strange := _namespaces(tile.frame(f"{page.name}-{tile.uid}")) - SENT)
    }
    assert pages()
    assert found == {}
    assert _namespaces(make_layout()) <= SENT


def test_no_screen_draws_what_the_browser_is_not_sent():
    files = [path for name in ("components", "pages") for path in sorted((ROOT / name).rglob("*.py"))]
    assert len(files) > 50
    assert [path.name for path in files if SPARED.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_holds_its_files_whole_and_in_order(name):
    sent = bundle(name)
    places = [sent.find((ASSETS / each).read_bytes()[:40]) for each in BUNDLES[name]]
    assert places == sorted(places)
    assert min(places) >= 0
    assert len(sent) >= sum((ASSETS / each).stat().st_size for each in BUNDLES[name])


def test_what_a_bundled_style_names_is_there():
    named = re.findall(r'url\("?(/assets/[^")?]+)', bundle("screens.css").decode())
    assert named
    assert [each for each in named if not (ASSETS / each.removeprefix("/assets/")).is_file()] == []


def test_the_page_names_every_bundle_by_what_is_in_it():
    assert [name for name in BUNDLES if f'"{bundle_url(name)}"' not in index()] == []
    assert all(
        re.fullmatch(r"/assets/bundle/[a-z]+\.(?:js|css)\?v=[0-9a-f]{12}", bundle_url(name))
        for name in BUNDLES
    )
