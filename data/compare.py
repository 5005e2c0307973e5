"""This window against the same weekdays before (环比): a pair of counts, their ratio's interval, feeds that joined."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from data.connection import Store
from data.interval import rate_ratio
from data.period import local_date, previous
from data.query import Answer, fetch
from data.request import Request, RequestError, Scope


@dataclass(frozen=True)
class Change:
    """Two windows of equal elapsed length.

    Attributes:
        now: the answer for the request's period.
        before: the answer for the window some whole weeks earlier.
        frame: one row per group: `by`..., count, base_count, ratio, low, high (95 % interval of the ratio; null:
            nothing bounds it), is_beyond_chance. Most evident change first.
        joined_feeds: feeds whose history begins inside the two windows; they alone can make a count rise.
    """

    now: Answer
    before: Answer
    frame: pd.DataFrame
    joined_feeds: tuple[str, ...]


def fetch_change(request: Request, *, scope: Scope, store: Store) -> Change:
    """Returns how a count changed.

    Raises:
        RequestError: a period without a beginning, or a metric that is no count of a period.

    Source:
        definitions 3.9.
    """
    now = fetch(request, scope=scope, store=store)
    filters = request.filters
    if filters.since_at is None or now.metric.interval != "poisson":
        raise RequestError(f"{request.metric}: only a count of a period with a beginning can be compared")
    window = previous(filters.since_at, filters.until_at, as_of_at=now.as_of_at, zone=store.zone)
    before = fetch(replace(request, filters=filters.during(*window)), scope=scope, store=store)
    joined = store.execute(
        "SELECT feed_id FROM dim_feed WHERE CAST(history_from AS DATE) > ? AND CAST(history_from AS DATE) <= ? ORDER BY 1",
        [local_date(window[0], store.zone), local_date(now.as_of_at, store.zone)],
    )
    return Change(now, before, _pairs(now.frame, before.frame, by=request.by), tuple(joined["feed_id"]))


def _pairs(now: pd.DataFrame, before: pd.DataFrame, *, by: tuple[str, ...]) -> pd.DataFrame:
    counts, base = (_by_key(frame, by) for frame in (now, before))
    rows = []
    for key in dict.fromkeys([*counts, *base]):
        count, base_count = counts.get(key, 0), base.get(key, 0)
        ratio, low, high = rate_ratio(count, base_count)
        is_beyond = low > 1 or (high is not None and high < 1)
        evidence = max(low, 1 / high if high else 0.0)
        rows.append((evidence, *key, count, base_count, ratio, low, high, is_beyond))
    columns = ["evidence", *by, "count", "base_count", "ratio", "low", "high", "is_beyond_chance"]
    frame = pd.DataFrame(rows, columns=columns).sort_values("evidence", ascending=False, kind="stable")
    return frame.drop(columns="evidence").reset_index(drop=True)


def _by_key(frame: pd.DataFrame, by: tuple[str, ...]) -> dict[tuple, int]:
    keys = zip(*(frame[name] for name in by), strict=True) if by else [()] * len(frame)
    return {key: int(value) for key, value in zip(keys, frame["value"], strict=True)}
