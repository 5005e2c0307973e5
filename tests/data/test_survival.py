"""Kaplan-Meier against an example worked by hand, against simulation, and against what naive percentiles say."""

from __future__ import annotations

import numpy as np
import pytest

from data.survival import percentile


def _percentile(times, ended, share):
    times, ended = np.array(times, dtype=float), np.array(ended, dtype=bool)
    return percentile(times, ended.astype(int), (~ended).astype(int), share=share)


def test_an_example_worked_by_hand():
    # times 3 5 5+ 8 10+ 12 (plus: still open). S: 5/6 at 3; x 4/5 = .667 at 5; x 2/3 = .444 at 8; x 0 = 0 at 12
    times, ended = [3, 5, 5, 8, 10, 12], [1, 1, 0, 1, 0, 1]
    assert _percentile(times, ended, 0.5).value == 8
    assert _percentile(times, ended, 0.3).value == 5
    assert _percentile(times, ended, 0.9).value == 12
    assert _percentile(times, ended, 0.9).sample_count == 6


def test_without_open_cases_it_is_the_inverted_distribution_function():
    draw = np.random.default_rng(1)
    times = draw.exponential(40, 999).round(3)
    for share in (0.1, 0.5, 0.9, 0.95):
        expected = np.quantile(times, share, method="inverted_cdf")
        assert _percentile(times, np.ones(999), share).value == expected


def test_a_share_met_exactly_is_met():
    # ten cases, one a minute: after the fifth exactly half are done; products of shares must not miss it by a hair
    assert _percentile(range(1, 11), [1] * 10, 0.5).value == 5
    assert _percentile(range(1, 11), [1] * 10, 0.9).value == 9


def test_a_curve_that_never_falls_far_enough_gives_a_bound():
    found = _percentile([1, 2, 50, 60], [1, 1, 0, 0], 0.9)
    assert (found.value, found.beyond) == (None, 60)
    assert _percentile([1, 2, 50, 60], [1, 1, 0, 0], 0.5).value == 2


def test_nothing_watched_is_nothing_known():
    found = _percentile([], [], 0.5)
    assert (found.value, found.beyond, found.sample_count) == (None, None, 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_finds_the_truth_under_open_cases_where_closed_cases_do_not(seed):
    # Cases of the last 30 days, most done within a day, one in five lasting for weeks; 40 % of the long ones are open
    draw = np.random.default_rng(seed)
    needed = np.where(
        draw.random(60_000) < 0.2, draw.exponential(14 * 24, 60_000), draw.exponential(3, 60_000)
    )
    watched = draw.uniform(0, 30 * 24, 60_000)
    ended = needed <= watched
    truth = np.quantile(needed, [0.5, 0.9])
    for share, true in zip((0.5, 0.9), truth, strict=True):
        assert _percentile(np.minimum(needed, watched), ended, share).value == pytest.approx(true, rel=0.05)
    closed_only = np.quantile(needed[ended], 0.9)
    assert closed_only < 0.8 * truth[1]


def test_the_band_holds_the_truth_about_as_often_as_it_says():
    draw = np.random.default_rng(5)
    truth, inside = 30 * np.log(2), 0
    for _ in range(300):
        needed, watched = draw.exponential(30, 120), draw.uniform(0, 120, 120)
        found = _percentile(np.minimum(needed, watched), needed <= watched, 0.5)
        inside += found.low <= truth <= (found.high if found.high is not None else np.inf)
    assert 0.91 <= inside / 300 <= 0.99


def test_equal_times_may_come_split_over_rows():
    whole = percentile(np.array([4.0, 9.0]), np.array([3, 2]), np.array([1, 4]), share=0.5)
    split = percentile(
        np.array([9.0, 4.0, 9.0, 4.0]), np.array([1, 2, 1, 1]), np.array([4, 0, 0, 1]), share=0.5
    )
    assert whole == split
