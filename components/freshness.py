"""How old data may get before it is stale (数据龄期): a multiple of what the feeds' contracts expect."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from data.catalogue import rule


def feed_allowance_s(row) -> int:
    """Returns how old a feed's data may get, in seconds: interval and lag its contract expects, times the stale factor."""
    expected = [each for each in (row.expected_interval_s, row.expected_lag_s) if not pd.isna(each)]
    return int(rule("reporting.stale_factor", datetime.now(UTC).date()) * sum(expected))


def stale_after_seconds(feeds: pd.DataFrame) -> int:
    """Returns how old a screen's numbers may get: the allowance of the slowest required feed, 0 when there is none."""
    required = feeds[feeds["is_required"].fillna(False).astype(bool)]
    return max((feed_allowance_s(row) for row in required.itertuples()), default=0)
