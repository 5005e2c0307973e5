"""Intervals against published values."""

from __future__ import annotations

import pytest

from data.interval import poisson, rate_ratio, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_agrees_with_newcombes_table(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_a_share_that_is_none_is_refused():
    for successes, n in ((0, 0), (3, 2), (-1, 5)):
        with pytest.raises(ValueError, match="not a proportion"):
            wilson(successes, n)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (10, 4.795, 18.390), (100, 81.364, 121.627)],
)
def test_poisson_agrees_with_garwoods_table(count, low, high):
    assert poisson(count) == pytest.approx((low, high), abs=6e-4)


def test_a_rate_ratio_is_a_pair_of_counts_with_an_interval():
    ratio, low, high = rate_ratio(40, 20)
    # Clopper-Pearson of 40 in 60: 0.5331 to 0.7831; as odds 1.142 to 3.611
    assert (ratio, low, high) == pytest.approx((2.0, 1.142, 3.611), abs=2e-3)
    back = rate_ratio(20, 40)
    assert (back[1], back[2]) == pytest.approx((1 / high, 1 / low))


def test_a_ratio_nothing_bounds_says_so():
    assert rate_ratio(0, 0) == (None, 0.0, None)
    ratio, low, high = rate_ratio(5, 0)
    assert ratio is None and high is None and low > 0.9
    assert rate_ratio(0, 5)[:2] == (0.0, 0.0)
