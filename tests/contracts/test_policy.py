"""Every callback and page of the real app has a rule; one without stops the app from starting."""

from __future__ import annotations

import pytest
from dash import Input, Output, dcc, get_app, html

import app as cockpit
from access.callbacks import CallbackMap
from access.policy import EVERYONE, PERMISSIONS, PolicyBook, PolicyError
from components.page import pages
from data.server_settings import read_server_settings
from data.settings import read_settings
from data.town import load_town
from serve.backend import CockpitBackend, CockpitDash
from serve.house import House
from tests.access.small_app import FakeStore


@pytest.fixture(scope="module")
def guard(tmp_path_factory):
    """The real app over an empty home: its pages, its callbacks, its rules."""
    settings = read_settings({}, town="stown", home=tmp_path_factory.mktemp("home"))
    guard = cockpit.build(House(settings, read_server_settings({}), load_town(settings), FakeStore()))
    guard.callback_map = get_app().callback_map  # asked now: another test may make another app
    return guard


def test_every_server_callback_has_a_rule(guard):
    expected = {key for key, entry in guard.callback_map.items() if "callback" in entry}
    found = {shape.key: shape.rule for shape in guard._rules.calls}
    assert expected == set(found)
    assert len(found) >= 2
    assert all(rule.roles and rule.roles <= EVERYONE for rule in found.values())


def test_every_page_has_the_roles_of_its_permission(guard):
    assert pages()
    for page in pages():
        path = "/".join("x" if part.startswith("<") else part for part in page.path.split("/"))
        assert guard._rules.book.page_roles(path) == PERMISSIONS[page.permission], page.name


def test_single_cases_are_for_those_who_act_on_them(guard):
    """By address: a wall may rotate to the list, never to one case; administrators see neither."""
    book = guard._rules.book
    assert book.page_roles("/") == EVERYONE
    assert book.page_roles("/incidents") == {"leader", "department", "grid_worker", "analyst", "wall"}
    for path in ("/incidents/police_110:1", "/grid/G001"):
        assert book.page_roles(path) == {"leader", "department", "grid_worker", "analyst"}, path


def test_a_callback_without_a_rule_is_found():
    seeded = CockpitDash("seeded", backend=CockpitBackend, assets_folder="/nonexistent")
    seeded.layout = html.Div([dcc.Store(id="view"), html.Div(id="home-card"), html.Div(id="stray")])

    @seeded.callback(Output("home-card", "children"), Input("view", "data"))
    def known(view):
        return "known"

    book = PolicyBook()
    book.declare_page("home", path="/", permission="view")
    seeded._setup_server()
    assert len(list(CallbackMap(seeded.callback_map, book))) == 1

    @seeded.callback(Output("home-card", "title"), Output("stray", "children"), Input("view", "data"))
    def stray(view):
        return "title", "stray"

    with pytest.raises(PolicyError, match="stray"):
        CallbackMap(seeded.callback_map, book)


def test_a_rule_that_cannot_be_is_refused():
    book = PolicyBook()
    with pytest.raises(PolicyError, match="none of"):
        book.declare_page("home", path="/", permission="everything")
    with pytest.raises(PolicyError, match="unknown permission"):
        book.declare("stage", permission="everything")
    book.declare_page("home", path="/", permission="view")
    with pytest.raises(PolicyError, match="declared twice"):
        book.declare_page("home", path="/other", permission="view")
    book.declare("stage", permission="view")
    with pytest.raises(PolicyError, match="declared twice"):
        book.declare("stage", permission="cases")


def test_outputs_of_two_pages_need_the_roles_of_both():
    book = PolicyBook()
    book.declare_page("home", path="/", permission="view")
    book.declare_page("cases", path="/cases", permission="cases")
    book.declare_page("cases-extra", path="/extra", permission="audit")
    assert book.rule_for(["home-a", "cases-b"]).roles == PERMISSIONS["cases"]
    assert book.rule_for(["cases-extra-a"]).roles == PERMISSIONS["audit"]
    assert book.rule_for(["home-a", "elsewhere"]) is None
    assert book.rule_for(["homeless-a"]) is None
    assert book.rule_for([]) is None


def test_a_path_finds_its_page_and_no_other():
    book = PolicyBook()
    book.declare_page("home", path="/", permission="view")
    book.declare_page("case", path="/cases/<case_id>", permission="cases")
    assert book.page_roles("/") == EVERYONE
    assert book.page_roles("/cases/7") == book.page_roles("/cases/7/") == PERMISSIONS["cases"]
    for path in ("/cases", "/cases/7/8", "/case", "/cases//", "cases/7", "/."):
        assert book.page_roles(path) is None, path
