"""Buildings, leases, visits, appeals, tax, firms and the index against hand-computed values, from files to the door."""

from __future__ import annotations

import pytest

from data.period import parse_period
from data.query import count_rows, fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, Scope
from tests.golden.economy_world import NOW, economy_files
from tests.module_town import open_module_town
from tests.published import at

Z = 1 / (12 / 11) ** 0.5  # one above the base mean, in base spreads
# value, n, exclusions
EXPECTED: dict[str, tuple[float | None, int, dict[str, int]]] = {
    # U1 100 of 100, U2 80 of 100, U3 120 + 150 held to 200, U6 60 of 60, U5 0 of 50; U4 has no area
    "building_occupancy_pct": (100 * 440 / 510, 5, {"no_area": 1}),
    "building_vacant_m2": (70, 5, {"no_area": 1}),
    "building_unit_vacant_count": (1, 5, {"no_area": 1}),
    "building_unit_conflict_count": (1, 5, {"no_area": 1}),  # U3: 270 let of 200
    # L1 L2 L3 L4 L9; L7 left early, L8 has no unit, L6 has not begun
    "lease_count": (5, 5, {}),
    "lease_expiring_30_count": (2, 5, {}),  # L9 L1
    "lease_expiring_60_count": (2, 5, {}),  # L2 is signed again
    "lease_expiring_90_count": (3, 5, {}),  # and L3
    "lease_expiring_90_m2": (280, 3, {}),
    "lease_asked_pct": (100 / 3, 3, {}),  # L1; L3 was asked more than 180 days before its end
    "lease_unasked_30_count": (1, 2, {}),  # L9
    "firm_visit_count": (2, 2, {}),  # V4 V6
    "firm_visit_reached_pct": (50, 2, {}),
    # duty: E1 to E5. E1 8 days ago, E3 111 of 180, E5 began in October; E2 111 of 90; E4 never, since 01-05
    "firm_duty_count": (5, 5, {"no_duty": 1}),
    "firm_visit_covered_pct": (60, 5, {"no_duty": 1}),
    "firm_visit_overdue_count": (2, 5, {"no_duty": 1}),
    "firm_visit_recent_pct": (20, 5, {"no_duty": 1}),
    "firm_appeal_count": (7, 7, {}),
    "firm_appeal_in_time_pct": (60, 5, {"negative": 1}),  # due: A1 A2 A3 A4 A6, in time A1 A3 A6
    "firm_appeal_reached_pct": (50, 4, {}),  # answered A1 A2 A3 A6, reached A1 A2
    "firm_appeal_solved_pct": (50, 2, {}),
    "firm_appeal_satisfied_pct": (50, 2, {}),
    "firm_appeal_open_count": (2, 2, {}),  # A4 A5
    "firm_appeal_overdue_count": (1, 2, {}),
    "tax_paid_wan_yuan": (13, 3, {}),  # 10 + 5 - 2
    "tax_payer_count": (3, 3, {}),
    # November 2025 to October 2026: 30 + 10 + 10 - 5 + 20 x 1
    "tax_year_wan_yuan": (65, 24, {}),
    "tax_change_pct": (75, 23, {}),  # January to October: 70 against 40
    "tax_top_ten_pct": (100 * 570 / 700, 23, {}),  # without E4's refund; 300 100 100 and seven times 10
    "tax_concentration_index": (10_000 * 112_000 / 490_000, 23, {}),
    "firm_in_count": (2, 5, {}),
    "firm_out_count": (1, 5, {}),
    "firm_net_count": (1, 5, {}),
    "firm_moved_count": (1, 5, {}),
    "firm_change_count": (5, 5, {}),
    # more is better for weights 8 8 10 4 12 = 42, less for 10 10 6 10 6 10 = 52; labour_gap (6) is silent
    "environment_index": (100 - Z, 11, {}),
    "environment_coverage_pct": (94, 11, {}),
    "environment_part_points": (-Z, 11, {}),
}
BOUNDS = {
    "firm_appeal_solved_pct": (25, 75),
    "firm_appeal_satisfied_pct": (25, 75),
    "environment_index": (100 - Z - 1.2, 100 - Z + 1.2),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("economy")
    files = economy_files(tmp_path_factory.mktemp("scratch"))
    opened = open_module_town(folder, files, now=NOW)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def month(store) -> Filters:
    return Filters(*parse_period("28d", as_of_at=at(NOW), zone=store.zone))


@pytest.mark.parametrize("metric", sorted(EXPECTED))
def test_the_metric_has_its_hand_computed_value(metric, store, month):
    value, n, excluded = EXPECTED[metric]
    answer = fetch(Request(metric, filters=month), scope=EVERYTHING, store=store)
    assert answer.row["value"] == pytest.approx(value)
    assert (answer.row["n"], answer.exclusions) == (n, excluded)
    assert answer.as_of_at == at(NOW)


@pytest.mark.parametrize("metric", sorted(BOUNDS))
def test_the_bounds_say_what_the_unknown_might_have_changed(metric, store, month):
    row = fetch(Request(metric, filters=month), scope=EVERYTHING, store=store).row
    assert (row["lower"], row["upper"]) == pytest.approx(BOUNDS[metric])


def test_the_interval_of_a_change_is_the_ratio_estimators(store, month):
    row = fetch(Request("tax_change_pct", filters=month), scope=EVERYTHING, store=store).row
    # residuals y - 1.75 x, in thousands: -50, -75, -75 and twenty times 10; their squares add up to 15 750
    half = 1.96 * 15_750**0.5 / 400 * 100
    assert (row["low"], row["high"]) == pytest.approx((75 - half, 75 + half))


def test_fewer_than_three_payers_are_not_told(store, month):
    answer = fetch(Request("tax_year_wan_yuan", ("grid",), month), scope=EVERYTHING, store=store)
    told = {
        row["grid"]: row
        for row in answer.frame.dropna(subset="grid").to_dict("records")
        if row["flag"] != "no_data"
    }
    # G001: E1 and E2; G002: E3 and E4
    assert {key: row["flag"] for key, row in told.items()} == {"G001": "suppressed", "G002": "suppressed"}
    assert all(row["value"] != row["value"] or row["value"] is None for row in told.values())
    day = Filters(at("2026-11-05 00:00"), at("2026-11-06 00:00"))
    assert (
        fetch(Request("tax_paid_wan_yuan", filters=day), scope=EVERYTHING, store=store).row["flag"]
        == "suppressed"
    )


def test_no_list_of_tax_rows_tells_an_amount_or_a_firm(store, month):
    for metric in ("tax_paid_wan_yuan", "tax_year_wan_yuan"):
        rows = fetch_rows(Request(metric, filters=month), scope=EVERYTHING, store=store)
        assert len(rows)
        assert not {
            "amount_yuan",
            "year_yuan",
            "place_id",
            "place_name",
            "enterprise_key",
            "building_id",
        } & set(rows)


def test_a_list_narrowed_to_one_firm_keeps_back_even_the_band(store, month):
    wide = fetch_rows(Request("tax_paid_wan_yuan"), scope=EVERYTHING, store=store, limit=200)
    # twenty unregistered payers are alike; E1 to E4 are each the only one of grid and industry
    assert wide["amount_code"].value_counts().to_dict() == {"below_100k": 20, "kept_back": 10}
    alone = Filters(area_id="G001", picked=(("industry_code", "manufacturing"),))
    rows = fetch_rows(Request("tax_paid_wan_yuan", filters=alone), scope=EVERYTHING, store=store)
    assert set(rows["amount_code"]) == {"kept_back"}


def test_what_is_kept_back_does_not_follow_from_the_total(store):
    early_summer = Filters(at("2026-05-01 00:00"), at("2026-07-01 00:00"))
    total = fetch(Request("tax_paid_wan_yuan", filters=early_summer), scope=EVERYTHING, store=store).row
    by_industry = Request("tax_paid_wan_yuan", ("industry_code",), early_summer)
    flags = fetch(by_industry, scope=EVERYTHING, store=store).frame.set_index("industry_code")["flag"]
    # E3 alone in manufacturing and twenty unknown: the total less the twenty would be E3's tax
    assert (total["value"], total["n"]) == (30, 21)
    assert flags.to_dict() == {"manufacturing": "suppressed", "_unknown": "suppressed"}


def test_leases_fall_into_windows_and_their_rows_are_the_number(store, month):
    request = Request("lease_count", ("expiry_code",), month)
    frame = fetch(request, scope=EVERYTHING, store=store).frame
    found = dict(zip(frame["expiry_code"], frame["value"], strict=True))
    assert found == {"within_30": 2, "within_90": 1, "renewed": 1, "later": 1}
    ending = Request("lease_expiring_30_count", filters=month)
    rows = fetch_rows(ending, scope=EVERYTHING, store=store, side="within_30", order="valid_to_at")
    assert list(rows["place_name"]) == ["戊公司", "甲公司"]
    assert count_rows(ending, scope=EVERYTHING, store=store, side="within_30") == 2


def test_an_earlier_instant_shows_the_leases_and_duties_of_then(store, month):
    then = at("2026-02-20 10:00")
    row = fetch(Request("lease_count", filters=month, as_of_at=then), scope=EVERYTHING, store=store).row
    assert row["value"] == 6  # L7 had not left yet
    row = fetch(Request("firm_duty_count", filters=month, as_of_at=then), scope=EVERYTHING, store=store).row
    assert row["value"] == 5  # E7 was open, E5 was not
    row = fetch(
        Request("environment_index", filters=month, as_of_at=at("2026-11-11 10:00")),
        scope=EVERYTHING,
        store=store,
    ).row
    assert row["value"] == pytest.approx(100 + _base_index())  # October 2026 was not published yet


def _base_index() -> float:
    """October 2025 is the newest month known then: every part stands one above the base mean, labour_gap too."""
    return Z * (42 - 58) / 10


def test_who_may_see_one_grid_sees_its_firms_only(store, month):
    scope = Scope(area_ids=frozenset({"G002"}), department_ids=None)
    row = fetch(Request("firm_duty_count", filters=month), scope=scope, store=store).row
    assert row["value"] == 2  # E3 E4
    assert (
        fetch(Request("environment_index", filters=month), scope=scope, store=store).row["n"] == 11
    )  # the whole town's


def test_a_missing_part_stays_without_points(store, month):
    answer = fetch(
        Request("environment_part_points", ("indicator_code",), month), scope=EVERYTHING, store=store
    )
    points = dict(zip(answer.frame["indicator_code"], answer.frame["value"], strict=True))
    assert points["satisfaction"] == pytest.approx(1.2 * Z)
    assert "labour_gap" not in points
