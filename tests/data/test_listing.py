"""Tables shown as they are: whose they are, how they are narrowed, what they hold for."""

from __future__ import annotations

import shutil

import pytest

import data.listing
from data.listing import FOLDER, MODULE_NAMES, Listing, ListingError, fetch_listing, listings, read_listings
from data.request import EVERYTHING, Filters, Scope
from tests.data.modules import AS_OF_AT, FEEDS, INSPECTED_UNTIL, open_visits, tables
from tests.published import incident, publish

VISITS = """
visits:
  rows: SELECT visit_id, colour_code, grid_id, due_at, department_id FROM mart_visit WHERE due_at <= $as_of_at
  grid: grid_id
  at: due_at
  order: visit_id
  entities: [visit]
  picks: [colour_code]
by_department: {rows: SELECT * FROM mart_visit, grid: grid_id, department: department_id}
nobodys: {rows: SELECT * FROM mart_visit}
everyones: {rows: SELECT * FROM mart_visit, is_town_wide: true}
"""
C1 = Scope(area_ids=frozenset({"c1"}))
D1 = Scope(department_ids=frozenset({"d1"}))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_visits(tmp_path_factory.mktemp("listings"))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def known(tmp_path, monkeypatch):
    shutil.copytree(FOLDER, tmp_path / "listings")
    (tmp_path / "listings" / "visit.yaml").write_text(VISITS, encoding="utf-8")
    found = read_listings(tmp_path / "listings")
    monkeypatch.setattr(data.listing, "listings", lambda: found)
    return found


def _count(store, name, scope=EVERYTHING, filters=None) -> int:
    return len(fetch_listing(Listing(name, filters or Filters()), scope=scope, store=store))


def test_a_listing_is_narrowed_by_area_period_and_picked_values(store):
    assert _count(store, "visits") == 39  # one is due after the register's watermark
    assert _count(store, "visits", filters=Filters(area_id="c1")) == 20
    assert _count(store, "visits", filters=Filters(area_id="town")) == 39
    assert _count(store, "visits", filters=Filters(picked=(("colour_code", "red"), ("mood_code", "x")))) == 20
    assert _count(store, "visits", filters=Filters(picked=(("colour_code", "' OR 1=1 --"),))) == 0
    assert _count(store, "visits", filters=Filters(since_at=INSPECTED_UNTIL)) == 1
    assert _count(store, "visits", filters=Filters(until_at=INSPECTED_UNTIL)) == 38
    part = fetch_listing(Listing("visits", limit=3, offset=2), scope=EVERYTHING, store=store)
    assert list(part["visit_id"]) == ["v02", "v03", "v04"]
    assert part.attrs == {"as_of_at": INSPECTED_UNTIL, "stale_after_s": 3 * (86400 + 3600)}


@pytest.mark.parametrize(
    ("name", "counts"),
    [  # everything, one community, one department, nobody's area
        ("visits", (39, 20, 39, 0)),
        ("by_department", (40, 20, 20, 0)),
        ("nobodys", (40, 0, 0, 0)),
        ("everyones", (40, 40, 40, 40)),
    ],
)
def test_rows_that_do_not_say_whose_they_are_are_nobodys(store, name, counts):
    scopes = (EVERYTHING, C1, D1, Scope(area_ids=frozenset()))
    assert tuple(_count(store, name, scope) for scope in scopes) == counts


def test_a_door_left_open_is_seen(store, known):
    """The twin of the test above: a listing that is declared the whole town's is shown to anyone."""
    known["nobodys"] = known["nobodys"].model_copy(update={"is_town_wide": True})
    assert _count(store, "nobodys", C1) == 40


def test_things_are_named_by_the_module_tables_and_read_once(tmp_path, store):
    names = fetch_listing(Listing(MODULE_NAMES), scope=EVERYTHING, store=store)
    assert names.to_dict("records") == [
        {"kind": "policy", "key": "p0", "name_zh": "惠企", "name_en": "Business support"}
    ]
    assert fetch_listing(Listing(MODULE_NAMES), scope=EVERYTHING, store=store) is names
    opened = open_visits(tmp_path, modules=())
    assert fetch_listing(Listing(MODULE_NAMES), scope=EVERYTHING, store=opened).empty
    publish(tmp_path, [incident(1, AS_OF_AT)], as_of_at=AS_OF_AT, modules=tables(), feeds=FEEDS, generation=2)
    opened.refresh()
    assert len(fetch_listing(Listing(MODULE_NAMES), scope=EVERYTHING, store=opened)) == 1
    opened.close()


def test_the_town_names_its_feeds_and_areas(store):
    names = fetch_listing(Listing("names"), scope=EVERYTHING, store=store)
    assert set(names["kind"]) == {"area", "category", "department", "domain", "feed"}


def test_a_wrong_listing_is_named_with_its_file(tmp_path, store):
    with pytest.raises(ListingError, match="did you mean 'visits'"):
        fetch_listing(Listing("visit"), scope=EVERYTHING, store=store)
    folder = tmp_path / "wrong"
    folder.mkdir()
    (folder / "a.yaml").write_text("one: {row: SELECT 1}", encoding="utf-8")
    with pytest.raises(ListingError, match=r"one in .*a\.yaml"):
        read_listings(folder)
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text("one: {rows: SELECT 1}", encoding="utf-8")
    with pytest.raises(ListingError, match=r"b\.yaml: listing 'one' is there already"):
        read_listings(folder)


def test_every_listing_of_the_project_says_whose_it_is():
    """Without any of the four only a visitor who may see everything would see a row: then it should say so."""
    listings.cache_clear()
    silent = [
        name
        for name, each in listings().items()
        if not (each.grid or each.area or each.department or each.is_town_wide)
    ]
    assert silent == []
