"""Scores: points between floor and target, thin items left out, upheld appeals beside the published value."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.appraisal import Appraisal, Item, _totals, schemes
from data.catalogue import CatalogueError

RATE = Item(metric="on_time_closure_pct", weight=60, floor=50, target=90)
RETURNED = Item(metric="dispatch_returned_pct", weight=40, floor=20, target=0)


def _parts(rows):
    columns = [
        "key",
        "metric",
        "weight",
        "points",
        "low_points",
        "high_points",
        "reviewed_points",
        "is_thin",
        "accepted_count",
    ]
    return pd.DataFrame(rows, columns=columns)


def test_points_run_straight_from_floor_to_target_and_no_further():
    # (70 - 50) / (90 - 50) = 50 points; less is better where the target lies under the floor: (20 - 5) / 20 = 75.
    assert [RATE.points(value) for value in (40, 50, 70, 90, 99)] == [0, 0, 50, 100, 100]
    assert RETURNED.points(5) == 75
    assert RATE.points(None) is None


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_better_value_never_scores_less(one, other):
    assert RATE.points(min(one, other)) <= RATE.points(max(one, other))
    assert RETURNED.points(min(one, other)) >= RETURNED.points(max(one, other))


def test_a_total_is_the_weighted_mean_of_what_was_measured():
    # a: (60*50 + 40*75) / 100 = 60; b: the item of 40 is thin, 60 % of the weight is enough: 80.
    parts = _parts(
        [
            ("a", "x", 60, 50.0, 40.0, 60.0, 55.0, False, 2),
            ("a", "y", 40, 75.0, 70.0, 80.0, 75.0, False, None),
            ("b", "x", 60, 80.0, 70.0, 90.0, 80.0, False, None),
            ("b", "y", 40, None, None, None, None, True, None),
            ("c", "x", 60, None, None, None, None, True, None),
            ("c", "y", 40, 100.0, 90.0, 100.0, 100.0, False, None),
        ]
    )
    frame = _totals(parts, (RATE, RETURNED), min_weight_pct=60).set_index("key")
    assert list(frame.index) == ["b", "a", "c"]
    assert frame.loc["a", ["score", "low", "high"]].tolist() == pytest.approx([60, 52, 68])
    assert frame.loc["a", "reviewed_score"] == pytest.approx(63)  # (60*55 + 40*75) / 100
    assert frame.loc["a", "accepted_count"] == 2
    assert frame.loc["b", "score"] == pytest.approx(80)
    # c: only 40 % of the weight was measured: no total, and last, though its one item is full.
    assert pd.isna(frame.loc["c", "score"])


def test_the_scheme_in_force_is_the_newest_begun():
    rules = schemes()
    first = rules.versions[0].valid_from
    assert rules.on(first).valid_from == first
    with pytest.raises(CatalogueError, match="no version"):
        rules.on(date(2000, 1, 1))


def test_two_versions_of_one_day_are_refused():
    content = schemes().model_dump()
    content["versions"] = [content["versions"][0], content["versions"][0]]
    with pytest.raises(ValueError, match="ascend"):
        Appraisal.model_validate(content)
