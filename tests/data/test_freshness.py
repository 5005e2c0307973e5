"""How late the worst required feed is: amber past twice, red past six times what its contract expects (F15)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from data.freshness import FeedState, holds_for, lateness

NOW = datetime(2026, 11, 22, 8, 0)


def _feeds(*late_s, is_required=True):
    rows = [
        {
            "is_required": is_required,
            "watermark_at": NOW - timedelta(seconds=each) if each is not None else pd.NaT,
            "expected_interval_s": 60,
            "expected_lag_s": 40,
        }
        for each in late_s
    ]
    return pd.DataFrame(rows)


# Interval 60 s and lag 40 s: 200 s is twice, 600 s six times.
@pytest.mark.parametrize(
    ("late_s", "state"),
    [(0, "green"), (200, "green"), (201, "amber"), (600, "amber"), (601, "red"), (None, "red")],
)
def test_the_worst_required_feed_decides(late_s, state):
    assert lateness(_feeds(0, late_s), now=NOW) == state


def test_a_feed_nobody_requires_alarms_nobody():
    assert lateness(pd.concat([_feeds(0), _feeds(9999, is_required=False)]), now=NOW) == "green"
    assert lateness(_feeds(9999, is_required=False), now=NOW) == "unknown"


class _Built:
    """A generation whose daily tables were built at two in the morning; the town is at nine, a register at eight."""

    as_of_at = datetime(2026, 11, 20, 9)

    def __init__(self, built_at: datetime | None):
        self._built_at = built_at

    def feed_states(self):
        return (FeedState("shift", datetime(2026, 11, 20, 8), 900, 100),)

    def day_as_of_at(self):
        return self._built_at


def test_what_is_built_once_a_day_holds_for_that_build_and_not_for_the_live_instant():
    night, asked = datetime(2026, 11, 20, 2), datetime(2026, 11, 19, 12)
    built = _Built(night)
    assert holds_for(None, built, ()) == (built.as_of_at, None)
    assert holds_for(None, built, (), is_daily=True) == (night, 2 * 86_400)
    assert holds_for(asked, built, (), is_daily=True)[0] == asked
    # with a register: the older of both, and the longer allowance
    assert holds_for(None, built, ("shift",), is_daily=True) == (night, 2 * 86_400)
    assert holds_for(None, built, ("shift",)) == (datetime(2026, 11, 20, 8), 3_000)


def test_a_generation_that_does_not_say_when_holds_for_the_towns_instant():
    assert holds_for(None, _Built(None), (), is_daily=True)[0] == datetime(2026, 11, 20, 9)
