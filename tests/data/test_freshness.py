"""How late the worst required feed is: amber past twice, red past six times what its contract expects (F15)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from data.freshness import lateness

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
