"""Party building against hand-computed values, from the files to the door; few members are not told."""

from __future__ import annotations

import pytest

from data.listing import Listing, fetch_listing
from data.query import count_rows, fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, Scope
from tests.golden.party_world import NOW, party_files
from tests.module_town import open_module_town
from tests.published import at

PERIOD = Filters(at("2026-09-01 00:00"), None)
OFF = {"called_off": 1}  # e5
# metric -> value, n, exclusions
EXPECTED = {
    # o1-o4; o5 is dissolved, o6 not founded yet
    "party_org_count": (4, 4, {}),
    "party_org_vacant_count": (2, 4, {}),  # o2; o3 since 10 November
    "party_member_count": (40 + 6 + 32 + 20, 98, {}),
    # September: C26, C29; October: C26 only (nobody came to e4, e5 was called off); November is not over
    "party_month_covered_pct": (100 * 3 / 86, 86, {}),
    "party_active_now_pct": (100 * 1 / 43, 43, {}),  # e7; who came to e6 was not told
    "party_event_count": (6, 6, OFF),  # all but e5 and e8, which lies ahead
    # e1 18 of 20, e2 10 of 10, e3 15 of 20, e4 0 of 10, e7 20 of 20
    "party_attended_pct": (100 * 63 / 80, 80, OFF),
    "party_online_pct": (100 * 1 / 5, 5, OFF),  # e3 of e1-e4 and e7
    "double_report_org_pct": (100 * 2 / 3, 3, {}),  # o4 and o9
    "double_report_member_pct": (100 * (9 + 8) / (12 + 4 + 8), 24, {}),
    "party_task_count": (7, 7, {}),
    "party_task_done_pct": (100 * 5 / 7, 7, {}),
    "party_task_linked_pct": (
        100 * 3 / 6,
        6,
        {},
    ),  # t1, t2, t7; not t3 (too late), t4 (void), t5 (no such case)
    "party_service_hours": (2 + 1.5 + 9 + 4, 4, {}),
    # noise: c1 and c4 helped; c2 and c5 not (t3 came after the closing); c3 does not count
    "party_case_count": (2, 2, {}),
    "party_case_solved_pct": (50, 2, {}),
    "other_case_solved_pct": (50, 2, {}),
    # five hours from the dispatch: c1 kept them, c4 did not; c2 did not, those of c5 run until 15:00 today
    "party_case_on_time_pct": (50, 2, {}),
    "other_case_on_time_pct": (0, 1, {}),
    "media_post_count": (3, 3, {}),
    "media_view_count": (100 + 300 + 70, 3, {}),
    "media_reaction_count": (5 + 9 + 2, 3, {}),
    "red_flag_point_count": (1, 1, {}),  # f2 is shut today, f3 opens tomorrow
    "pilot_scene_open_count": (1, 4, {}),
    "pilot_scene_overdue_count": (1, 4, {}),  # not the one promised for today
    "estate_count": (5, 5, {}),
    "estate_bare_count": (2, 5, {}),
    "estate_bare_community_count": (1, 5, {}),
    "estate_red_pct": (50, 2, {}),  # x1 of x1 and x2; nobody knows what manages x5
    "estate_committee_pct": (50, 4, {}),  # x1, x5; x3 was not told
    "volunteer_count": (38 + 8, 46, {}),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_module_town(tmp_path_factory.mktemp("party"), party_files(), now=NOW)
    yield opened
    opened.close()


def _answer(store, metric, *, filters=PERIOD, by=(), scope=EVERYTHING, as_of_at=None):
    request = Request(metric, by=by, filters=filters, as_of_at=as_of_at)
    return fetch(request, scope=scope, store=store)


@pytest.mark.parametrize("metric", EXPECTED)
def test_the_metric_has_its_hand_computed_value(metric, store):
    value, n, excluded = EXPECTED[metric]
    answer = _answer(store, metric)
    assert (answer.row["value"], answer.row["n"]) == (pytest.approx(value), n)
    assert answer.exclusions == excluded


def test_months_are_whole_and_every_community_is_in_the_base(store):
    rows = _answer(store, "party_month_covered_pct", by=("month",)).frame.set_index("month")
    assert list(rows.index) == ["2026-09", "2026-10"]
    assert list(rows["n"]) == [43, 43]
    assert list(rows["value"]) == pytest.approx([200 / 43, 100 / 43])
    by_area = _answer(store, "party_month_covered_pct", by=("community",)).frame.set_index("community")[
        "value"
    ]
    assert (by_area["C26"], by_area["C29"], by_area["C01"]) == (100, 50, 0)


def test_an_earlier_instant_knows_the_register_of_then(store):
    then = at("2026-11-01 12:00")
    assert (
        _answer(store, "party_org_vacant_count", as_of_at=then).row["value"] == 1
    )  # o3 still had a secretary
    assert _answer(store, "party_member_count", as_of_at=then).row["value"] == 96
    september = at("2026-09-15 12:00")
    assert _answer(store, "double_report_org_pct", as_of_at=september).row["value"] == pytest.approx(100 / 3)


def test_heads_are_counted_per_household_where_households_are_known(store):
    row = _answer(store, "volunteer_per_1000").row
    with store.reading() as snapshot:
        sql = "SELECT sum(household_count) FROM dim_area WHERE level_code = 'grid' AND parent_id IN ('C26', 'C29')"
        ((homes,),) = snapshot.rows(sql)
    assert (row["value"], row["n"]) == (pytest.approx(46_000 / homes), 46)


def test_groups_of_few_people_are_not_told_and_no_list_holds_members(store):
    kinds = _answer(store, "party_member_count", by=("org_code",)).frame.set_index("org_code")
    assert (kinds.loc["firm", "flag"], kinds.loc["firm", "n"]) == ("suppressed", 0)
    heads = _answer(store, "volunteer_count", by=("community",)).frame.set_index("community")
    # 8 in C29; the town's 46 less the 38 of C26 would tell them
    assert set(heads.loc[["C26", "C29"], "flag"]) == {"suppressed"}
    for metric in ("party_member_count", "double_report_member_pct", "party_task_count"):
        rows = fetch_rows(Request(metric, filters=PERIOD), scope=EVERYTHING, store=store)
        strange = {"member_count", "listed_count", "member_arrived_count", "secretary_hash", "认领人"}
        assert len(rows) > 0 and not strange & set(rows.columns)


def test_rows_are_the_number_and_lead_to_the_incidents(store):
    helped = Request("party_case_count", filters=PERIOD)
    rows = fetch_rows(helped, scope=EVERYTHING, store=store)
    sides = rows.groupby("side_code").size().to_dict()
    assert sides == {"helped_solved": 1, "helped_open": 1}
    assert set(rows["incident_id"]) == {"complaint_12345:c1", "complaint_12345:c4"}
    others = fetch_rows(Request("other_case_solved_pct", filters=PERIOD), scope=EVERYTHING, store=store)
    assert set(others["incident_id"]) == {"complaint_12345:c2", "complaint_12345:c5"}
    named = Request("party_task_linked_pct", filters=PERIOD)
    assert count_rows(named, scope=EVERYTHING, store=store) == 6
    tasks = fetch_rows(Request("party_task_count", filters=PERIOD), scope=EVERYTHING, store=store)
    links = tasks.groupby("case_link_code").size().to_dict()
    assert links == {"linked": 3, "after_closing": 1, "cancelled": 1, "unknown_case": 1, "no_case": 1}
    vacant = Request("party_org_vacant_count", filters=PERIOD)
    assert count_rows(vacant, scope=EVERYTHING, store=store, side="post_empty") == 2
    empty = fetch_rows(vacant, scope=EVERYTHING, store=store, side="post_empty").set_index("party_org_id")
    assert empty.loc["party_org:o2", "vacant_from_at"] == at("2026-09-01 09:00")
    assert empty.loc["party_org:o3", "vacant_from_at"] == at("2026-11-10 09:00")


def test_a_visitor_of_one_area_sees_that_community_only(store):
    mine = Scope(area_ids=frozenset({"C29"}))
    assert _answer(store, "party_org_count", scope=mine).row["value"] == 2
    assert _answer(store, "media_post_count", scope=mine).row["value"] == 3  # the whole town's


def test_points_of_the_red_flag_are_not_of_the_fifteen_minute_circle(store):
    assert _answer(store, "service_point_count").row["value"] in (0, None)


def test_points_and_helped_incidents_stand_on_one_map(store):
    spots = fetch_listing(Listing("party_spots"), scope=EVERYTHING, store=store).set_index("spot_id")
    assert set(spots.index) == {"red_flag_point:f1", *(f"party_task:{task}" for task in ("t1", "t2", "t7"))}
    assert spots.loc["party_task:t1", "page_id"] == "complaint_12345:c1"
