"""The door hands every part of an ask on: proved on a small published town."""

from __future__ import annotations

import pytest

from components.door import Case, Count, Rows, answer
from data.listing import Listing, ListingError
from data.request import Filters, Request, Scope
from tests.published import at, incident, open_store

EVERYTHING = Scope()
AS_OF = at("2026-11-22 12:00")
DISPATCH = Request("dispatch_within_sla_pct", filters=Filters(since_at=at("2026-11-20 00:00")))


@pytest.fixture
def store(tmp_path):
    quick, slow, other = (
        incident(
            number,
            at(f"2026-11-21 0{number}:00"),
            registered_at=at(f"2026-11-21 0{number}:01"),
            dispatched_at=at(f"2026-11-21 0{number}:{minute:02d}"),
            dispatched_first_at=at(f"2026-11-21 0{number}:{minute:02d}"),
            grid_id=grid,
        )
        for number, minute, grid in ((1, 3, "g1"), (2, 40, "g1"), (3, 50, "g3"))
    )
    opened = open_store(tmp_path, [quick, slow, other], as_of_at=AS_OF)
    yield opened
    opened.close()


def _ids(store, **page) -> list[str]:
    return list(answer(Rows(DISPATCH, **page), scope=EVERYTHING, store=store)["incident_id"])


def test_a_side_keeps_only_its_rows_and_its_count(store):
    assert _ids(store, side="late", order="first_signal_at") == ["i2", "i3"]
    assert _ids(store, side="in_time") == ["i1"]
    assert answer(Count(DISPATCH, side="late"), scope=EVERYTHING, store=store) == 2
    assert answer(Count(DISPATCH), scope=EVERYTHING, store=store) == 3


def test_limit_offset_and_order_are_handed_on(store):
    assert _ids(store, limit=1, offset=1, order="-first_signal_at") == ["i2"]


def test_the_scope_cuts_rows_counts_and_cases(store):
    narrow = Scope(area_ids=frozenset({"c2"}))
    assert answer(Count(DISPATCH), scope=narrow, store=store) == 1
    assert answer(Case("i1"), scope=narrow, store=store) is None
    assert answer(Case("i3"), scope=narrow, store=store)["incident"]["incident_id"] == "i3"


def test_a_listing_is_cut_to_the_scope_where_it_has_grids(store):
    narrow = Scope(area_ids=frozenset({"c2"}))
    assert set(answer(Listing("grids_of"), scope=narrow, store=store)["grid_id"]) == {"g3"}
    chosen = Listing("grids_of", filters=Filters(area_id="c1"))
    assert set(answer(chosen, scope=EVERYTHING, store=store)["grid_id"]) == {"g1", "g2"}
    assert answer(chosen, scope=narrow, store=store).empty


def test_nobodys_areas_are_no_rows_not_all_rows(store):
    assert answer(Listing("grids_of"), scope=Scope(area_ids=frozenset()), store=store).empty


def test_a_listing_that_does_not_exist_is_named(store):
    with pytest.raises(ListingError, match="'users'"):
        answer(Listing("users"), scope=EVERYTHING, store=store)
