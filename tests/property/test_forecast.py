"""What must hold of every forecast: intervals, scaling, order of grids, false alarms, clusters; on made towns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bench.forecast import ALARM, alarms, cluster_alarm, covered
from bench.quiet_town import Stream, make_counts, make_outlook
from etl.module_forecast_outlook import TOWN
from etl.module_forecast_rates import fit_share
from etl.module_forecast_running import Rest, Shared, factors, spread_left
from etl.module_forecast_spread import clear_ones, deviance, quantile, tail
from etl.module_warning import judged
from etl.module_warning_scan import make_zones, scan

SMALL = Stream(grids=20, kinds=9, daily=90.0, days=260)


@pytest.fixture(scope="module")
def quiet():
    return make_outlook(make_counts(np.random.default_rng(5), SMALL))


def test_quantile_and_tail_of_a_negative_binomial_worked_by_hand():
    # mean 2, spread 1/2: size 2, success 1/2; P(0..4) = 1/4, 1/4, 3/16, 1/8, 5/64; sums 0.25 0.5 0.6875 0.8125 0.8906
    mean = np.array([2.0])
    assert [int(quantile(mean, 0.5, part=part)[0]) for part in (0.2, 0.5, 0.6, 0.8, 0.85)] == [0, 1, 2, 3, 4]
    assert tail(np.array([0, 1, 2, 3]), np.full(4, 2.0), 0.5) == pytest.approx([1, 0.75, 0.5, 0.3125])


@pytest.mark.parametrize("mean", [0.01, 3.0, 39.9, 40.1, 900.0])
def test_the_quantile_is_the_first_count_that_is_enough(mean):
    for phi in (1e-6, 0.02, 1.5):
        for part in (0.025, 0.9, 0.975):
            k = quantile(np.array([mean]), phi, part=part)[0]
            # P(X <= k) >= part > P(X <= k - 1)
            assert 1 - tail(np.array([k + 1]), np.array([mean]), phi)[0] >= part - 1e-9
            assert k == 0 or 1 - tail(np.array([k]), np.array([mean]), phi)[0] < part + 1e-9


def test_benjamini_hochberg_worked_by_hand():
    # limits 0.0125, 0.025, 0.0375, 0.05: the third is the last that passes, and takes the first two with it
    assert list(clear_ones(np.array([0.9, 0.03, 0.011, 0.026]), share=0.05)) == [False, True, True, True]
    assert not clear_ones(np.array([0.9, 0.04, 0.03, 0.026]), share=0.05).any()


def test_a_warning_needs_enough_incidents_enough_times_and_more_than_chance():
    cells = pd.DataFrame(
        {
            "area": [0, 1, 2, -1, -1],
            "kind": 0,
            #                 a warning; too few; not twice as many; the town at 1.5; the town below it
            "observed_count": [9.0, 4.0, 190.0, 160.0, 140.0],
            "expected_count": [1.0, 0.01, 100.0, 100.0, 100.0],
            "spread": 0.0,
        }
    )
    assert list(judged(cells, alarm=ALARM).index) == [0, 3]


def test_intervals_hold_what_they_say(quiet):
    for part in (0.95, 0.8):
        hits, n = covered(quiet, TOWN, part=part)
        # 252 counts: the bound lies three standard errors below
        assert hits / n >= part - 3 * np.sqrt(part * (1 - part) / n)
    hits, n = covered(quiet, TOWN, part=0.2)
    assert hits / n < 0.6  # an interval that always holds says nothing


def test_the_spread_of_wild_days_is_seen():
    wild = make_outlook(make_counts(np.random.default_rng(6), replace(SMALL, spread=0.1)))
    assert wild.phi("day", TOWN, day=wild.today)[0] == pytest.approx(0.1, rel=0.6)
    hits, n = covered(wild, TOWN, part=0.95)
    assert hits / n > 0.9


def test_twice_the_incidents_are_twice_the_expectation(quiet):
    counts = quiet.counts
    blocks = {number: 2 * block for number, block in counts.blocks.items()}
    double = make_outlook(
        replace(
            counts,
            hours=2 * counts.hours,
            blocks=blocks,
            recent=2 * counts.recent,
            recent_kinds=2 * counts.recent_kinds,
        )
    )
    today = np.array([quiet.today])
    once, twice = (each.rates_of(each.today).days(today).sum(0) for each in (quiet, double))
    assert twice == pytest.approx(2 * once, rel=0.01)


def test_the_order_of_the_grids_does_not_matter():
    rng = np.random.default_rng(7)
    cases, order = rng.poisson(6.0, (11, 6)).astype(float), rng.permutation(10)
    domain_of = np.array([0, 0, 1, 1, 1, 2])
    share, spread = fit_share(cases, domain_of=domain_of)
    moved = fit_share(np.vstack([cases[order], cases[-1:]]), domain_of=domain_of)
    assert moved[0][:-1] == pytest.approx(share[order])
    assert moved[1][:-1] == pytest.approx(spread[order])
    assert share.sum(0) == pytest.approx(np.ones(6))


def test_a_thin_category_follows_its_domain():
    # Nine tenths of the domain lie in the first grid; a category with a single case elsewhere is drawn there.
    cases = np.zeros((5, 2))
    cases[:, 0], cases[1, 1] = [900, 50, 30, 20, 0], 1
    share, _ = fit_share(cases, domain_of=np.array([0, 0]))
    assert share[0, 1] > 0.4 and share[1, 1] < 0.6


def test_a_quiet_town_rarely_warns_and_a_burst_is_found(quiet):
    told = [alarms(quiet, back=back)[0] for back in range(28)]
    assert sum(told) <= 4  # 5 % of 28 judgements, its 95 % bound
    burst = make_outlook(make_counts(np.random.default_rng(8), SMALL, burst=12))
    assert alarms(burst)[1]
    assert not alarms(burst, back=1)[1]


def test_a_cluster_is_found_where_it_is_and_said_the_same_twice():
    side = np.arange(100)
    zones = make_zones(500.0 * (side % 10), 500.0 * (side // 10))
    mean = np.full((7, 100), 0.5)
    count = np.random.default_rng(9).poisson(mean).astype(float)
    count[-3:, [44, 45, 54, 55]] += 3
    first = scan(count, mean, phi=0.0, zones=zones, limit=0.05)
    assert first == scan(count, mean, phi=0.0, zones=zones, limit=0.05)
    assert {44, 45, 54, 55} <= set(zones.grids(first[0].zone))
    assert (first[0].days, first[0].observed >= 36) == (3, True)
    # more everywhere is no cluster; the expectation is given the total
    assert scan(5 * np.ones((7, 100)), mean, phi=0.0, zones=zones, limit=0.05) == []


def test_what_comes_of_wild_grids_is_no_cluster():
    side = np.arange(100)
    zones = make_zones(500.0 * (side % 10), 500.0 * (side // 10))
    rng, mean = np.random.default_rng(10), np.full((7, 100), 2.0)
    found = 0
    for _ in range(10):
        count = rng.poisson(mean * rng.gamma(1.0, 1.0, mean.shape)).astype(float)
        found += bool(scan(count, mean, phi=1.0, zones=zones, limit=0.05))
    assert found <= 3


@pytest.mark.slow
def test_quiet_streams_warn_no_more_often_than_stated():
    rng = np.random.default_rng(11)
    towns = [make_outlook(make_counts(rng)) for _ in range(3)]
    told = [alarms(each, back=back)[0] for each in towns for back in range(28)]
    assert np.mean(told) <= ALARM.share + 0.05  # 84 judgements
    assert sum(cluster_alarm(rng) for _ in range(40)) <= 6
    burst = make_outlook(make_counts(rng, burst=9))
    assert alarms(burst)[1]


def test_the_running_day_moves_what_is_left_worked_by_hand():
    # one domain, one category; its hours share a spread of 0.25: k = 4. Expected so far 4, came 12: (12 + 4) / (4 + 4) = 2
    one = np.zeros(1, dtype=int)
    shared = Shared(0.25, np.array([0.25]), np.array([0.25]))
    moved = factors(np.array([12.0]), np.array([4.0]), shared=shared, domain_of=one)
    assert moved == pytest.approx([2.0], rel=1e-4)
    # nothing in common: nothing moves
    still = factors(
        np.array([12.0]), np.array([4.0]), shared=Shared(0.0, np.zeros(1), np.zeros(1)), domain_of=one
    )
    assert still == pytest.approx([1.0], rel=1e-4)
    # 0.30 of the day, of which 0.25 are shared; half the day left: 0.05 / 0.5 + 1 / (4 + 4 expected before)
    left = spread_left(np.array([0.30]), np.array([0.25]), part=np.array([0.5]), heard=np.array([4.0]))
    assert left == pytest.approx([0.1 + 0.125])


def test_on_days_that_differ_the_running_day_is_better_than_midnight_and_its_intervals_hold():
    wild = Rest(make_outlook(make_counts(np.random.default_rng(6), replace(SMALL, spread=0.1))))
    running, midnights = (wild.told(is_running=each) for each in (True, False))
    score = [deviance(each["count"][:, 0], each["mean"][:, 0]).mean() for each in (running, midnights)]
    assert score[0] < 0.7 * score[1]
    low, high = (
        quantile(running["mean"][:, 0], running["spread"][:, 0], part=part) for part in (0.025, 0.975)
    )
    inside = (running["count"][:, 0] >= low) & (running["count"][:, 0] <= high)
    assert inside.mean() > 0.88  # 3 cuts of 56 days


def test_on_days_that_do_not_differ_the_running_day_costs_nothing(quiet):
    rest = Rest(quiet)
    score = [
        deviance(each["count"], each["mean"]).mean()
        for each in (rest.told(is_running=True), rest.told(is_running=False))
    ]
    assert score[0] == pytest.approx(score[1], rel=0.02)
