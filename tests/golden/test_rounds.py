"""Survey, rounds, older grids, neighbours and merchants against hand-computed values, from a file to the door."""

from __future__ import annotations

import pytest

from data.listing import Listing, fetch_listing
from data.query import count_rows, fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, Scope
from tests.golden.rounds_world import NOW, rounds_files
from tests.module_town import open_module_town
from tests.published import at

NOVEMBER = Filters(at("2026-11-01 00:00"), None)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_module_town(tmp_path_factory.mktemp("rounds"), rounds_files(), now=NOW)
    yield opened
    opened.close()


EXPECTED = {
    # 22 + 5 drawn, S01 left out
    "survey_asked_count": (26, 26, {"duplicate": 1}),
    "survey_refused_count": (1, 26, {"duplicate": 1}),
    # S02-S15, S22, S30-S34
    "survey_reached_pct": (100 * 20 / 26, 26, {"duplicate": 1}),
    # said: S02-S13, S22 and the five: 18; safe: S02-S12 and the five
    "survey_safe_pct": (100 * 16 / 18, 18, {"duplicate": 1}),
    # said: S02-S13 and the five; content: S02-S10 and the five
    "survey_content_pct": (100 * 14 / 17, 17, {"duplicate": 1}),
    # W1 of W1 and W2; W3 was not true, the police never settle by the grid
    "patrol_self_handled_pct": (50, 2, {}),
    # due on the 10th: T1-T5; T1 and T4 are done
    "patrol_done_pct": (40, 5, {"withdrawn": 1}),
    "merchant_visit_done_pct": (100, 1, {}),
    "home_visit_done_pct": (100, 1, {"no_points": 1}),
    "round_due_count": (7, 7, {"withdrawn": 1, "no_points": 1}),
    # T1, T4, T8, T10
    "round_done_pct": (400 / 7, 7, {"withdrawn": 1, "no_points": 1}),
    # handed in: T1, T2, T3, T4, T8, T10; T4 took 30 s a point
    "round_hasty_pct": (100 / 6, 6, {"withdrawn": 1, "no_points": 1}),
    # 9 + 8 + 10 + 10 + 6 + 10 of 10 + 10 + 10 + 10 + 10 + 6 + 10
    "round_signed_pct": (100 * 53 / 66, 66, {"withdrawn": 1, "no_points": 1}),
    # ZZ1, ZZ2, ZZ3, CG1, CG2
    "legacy_grid_count": (5, 5, {}),
    # two lines, 125 grids each: ZZ has G001 and G002 whole, G003 cut, 122 nobody's; CG claims G002 twice, 124 are partly nobody's
    "overlap_whole_pct": (100 * 2 / 250, 250, {}),
    "overlap_orphaned_count": (246, 250, {}),
    "overlap_contested_count": (1, 250, {}),
    # 12 + 20 + 8 + 5
    "workforce_count": (45, 45, {}),
    # of 37 whose age or schooling is told
    "workforce_aged_pct": (100 * 20 / 37, 37, {}),
    "workforce_college_pct": (100 * 12 / 37, 37, {}),
    "workforce_part_time_pct": (100 * 33 / 45, 45, {}),
    # o1-o4 and o6 stand or were taken
    "exchange_count": (5, 5, {}),
    # due by the 20th: o1, o2 in time, o3 late, o4 never
    "exchange_matched_pct": (50, 4, {"withdrawn": 1}),
    "exchange_disputed_pct": (50, 2, {}),
    # twenty of 91A, P97 and P98
    "merchant_rating_count": (22, 22, {"duplicate": 1, "no_place": 1}),
    "merchant_liked_pct": (100 * 20 / 21, 21, {"duplicate": 1, "no_place": 1}),
    "merchant_rated_count": (2, 2, {"duplicate": 1, "no_place": 1}),
    # neither was ever coded
    "merchant_unfit_count": (2, 2, {"duplicate": 1, "no_place": 1}),
}


def _answer(store, metric, **options):
    scope = options.pop("scope", EVERYTHING)
    return fetch(
        Request(metric, filters=options.pop("filters", NOVEMBER), **options), scope=scope, store=store
    )


@pytest.mark.parametrize("metric", EXPECTED)
def test_the_number_is_what_a_pencil_says(store, metric):
    value, n, exclusions = EXPECTED[metric]
    answer = _answer(store, metric)
    assert answer.row["value"] == pytest.approx(value)
    assert (answer.row["n"], answer.exclusions) == (n, exclusions)


def test_who_was_not_reached_widens_the_bounds(store):
    # 16 safe of 26 drawn; eight said nothing: at least 16, at most 24
    row = _answer(store, "survey_safe_pct").row
    assert (row["lower"], row["upper"]) == pytest.approx((100 * 16 / 26, 100 * 24 / 26))


def test_five_people_of_a_community_are_not_told_nor_what_gives_them_away(store):
    frame = _answer(store, "survey_safe_pct", by=("community",)).frame
    # Told alone, the community of 13 would be the town less the five: neither is; nobody was asked elsewhere.
    assert frame["flag"].value_counts().to_dict() == {"no_data": 41, "suppressed": 2}
    assert frame["value"].isna().all()
    assert "suppressed" in set(_answer(store, "survey_safe_pct", by=("grid",)).frame["flag"])


def test_answers_are_listed_without_who_and_without_where_few_were_asked(store):
    rows = fetch_rows(Request("survey_safe_pct", filters=NOVEMBER), scope=EVERYTHING, store=store)
    assert sorted(rows["side_code"].value_counts().to_dict().items()) == [
        ("excluded", 1),
        ("safe", 16),
        ("unsafe", 2),
        ("unsaid", 8),
    ]
    assert not {"grid_id", "person_no", "resident_hash", "asked_at"} & set(rows.columns)
    assert rows[rows["survey_id"].str.contains("S3")]["told_area_id"].isna().all()


def test_grids_are_checked_line_by_line_and_a_line_that_told_nothing_is_unknown(store):
    request = Request("overlap_whole_pct", by=("grid", "line_code"))
    frame = fetch(request, scope=EVERYTHING, store=store).frame
    assert set(frame["line_code"]) == {"public_order", "city_management"}
    rows = fetch_rows(Request("overlap_whole_pct"), scope=EVERYTHING, store=store, limit=300)
    state = {
        (row.grid_id, row.line_code): (row.side_code, row.cut_count, row.covered_pct)
        for row in rows.itertuples()
    }
    assert state["G001", "public_order"] == ("whole", 1, 100)
    assert state["G002", "public_order"] == ("whole", 1, 100)
    assert state["G003", "public_order"] == ("cut", 2, 100)
    assert state["G001", "city_management"] == ("orphaned", 1, 70)
    assert state["G002", "city_management"] == ("contested", 2, 120)
    assert state["G003", "city_management"] == ("orphaned", 0, 0)
    grids = store.execute("SELECT area_id, area_km2 FROM dim_area WHERE level_code = 'grid'", {})
    areas = grids.set_index("area_id")["area_km2"]
    twice = _answer(store, "overlap_contested_km2", filters=Filters()).row["value"]
    assert twice == pytest.approx(0.2 * areas["G002"])
    # nobody's under ZZ: all but G001-G003; under CG: all but G002, of G001 30 %
    left = 2 * areas.sum() - 2 * areas["G002"] - areas["G003"] - 1.7 * areas["G001"]
    assert _answer(store, "overlap_orphaned_km2", filters=Filters()).row["value"] == pytest.approx(left)


def test_a_grid_counts_the_older_ones_that_cut_it(store):
    frame = _answer(store, "legacy_grid_count", by=("grid",), filters=Filters()).frame.set_index("grid")
    assert frame.loc["G001", "value"] == 2  # ZZ1, CG1
    assert frame.loc["G002", "value"] == 3  # ZZ1, CG1, CG2; ZZ2 is a sliver


def test_rounds_are_seen_by_grid(store):
    mine = Scope(area_ids=frozenset({"G002"}))
    assert _answer(store, "round_due_count", scope=mine).row["value"] in (0, None)
    assert (
        count_rows(Request("patrol_done_pct", filters=NOVEMBER), scope=EVERYTHING, store=store, side="hasty")
        == 1
    )


def test_a_merchant_is_recommended_by_the_least_its_ratings_may_mean(store):
    frame = fetch_listing(Listing("merchants_liked"), scope=EVERYTHING, store=store)
    # 91B has one rating: too few. Wilson, 19 of 20: (19 + 1.92 - 1.96 * sqrt(19 / 20 + 0.96)) / (20 + 3.84)
    assert frame["place_name"].tolist() == ["甲餐饮"]
    assert frame[["said_count", "liked_count"]].values.tolist() == [[20, 19]]
    assert frame["liked_low_pct"][0] == pytest.approx(76.4, abs=0.05)
    assert frame["colour_code"].tolist() == ["grey"]


def test_few_workers_of_a_community_are_not_told_and_no_list_names_one(store):
    frame = _answer(store, "workforce_count", by=("area_id",)).frame.set_index("area_id")
    assert frame["flag"].to_dict() == {
        "C01": "suppressed",
        "C02": "suppressed",
    }  # 40 would be the town less five
    rows = fetch_rows(Request("workforce_count"), scope=EVERYTHING, store=store)
    assert set(rows.columns) <= {"workforce_id", "area_id", "side_code", "excluded_code"}
    assert (
        rows["workforce_id"].str.fullmatch(r"\d+").all()
    )  # the feed's own id would spell post, age and schooling
