"""A count against an earlier window (环比同比): pairs of counts, their ratio's interval, the rest as base, feeds that joined."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import exp, log, sqrt

import pandas as pd

from data.catalogue import catalogue
from data.connection import Store
from data.definitions import Metric
from data.interval import Z_95, rate_ratio
from data.period import local_date, midnight, previous
from data.query import Answer, fetch
from data.request import Filters, Request, RequestError, Scope

SUM = re.compile(r"\s*(coalesce\()?sum\(")
SPINE = ("report", "step")  # what numbers of incidents rest on
QUIET_DAYS = 2  # a town may begin with a quiet day


@dataclass(frozen=True)
class Change:
    """Two windows of equal elapsed length.

    Attributes:
        now: the answer for the request's period.
        before: the answer for the window some whole weeks earlier.
        since_at: where the earlier window begins.
        until_at: where it ends.
        frame: one row per group: `by`..., count, base_count, ratio, low, high (95 % interval of the ratio; high null:
            nothing bounds it; low null: no independent cases, so no interval), is_beyond_chance, evidence (how far
            the interval lies from 1, 0 when it holds 1), and excess, excess_low, excess_high: the ratio divided by
            that of all other groups together (null: no other group). Most evident change first.
        is_covered: whether there are data from before the earlier window; without them a rise means nothing.
        joined_feeds: feeds whose history begins inside the two windows; they alone can make a count rise.
    """

    now: Answer
    before: Answer
    since_at: datetime
    until_at: datetime
    frame: pd.DataFrame
    is_covered: bool
    joined_feeds: tuple[str, ...]

    @property
    def as_of_at(self) -> datetime:
        """The instant the newer window is complete to."""
        return self.now.as_of_at

    @property
    def whole(self) -> dict[str, object]:
        """All groups together: count, base_count, ratio, low, high, is_beyond_chance."""
        count, base_count = (int(self.frame[name].sum()) for name in ("count", "base_count"))
        ratio, low, high = _ratio(count, base_count, is_poisson=self.now.metric.interval == "poisson")
        is_beyond = _evidence(low, high, base_count=base_count) > 0
        found = {"count": count, "base_count": base_count, "ratio": ratio, "low": low, "high": high}
        return found | {"is_beyond_chance": is_beyond}


def check_comparable(metric: Metric) -> None:
    """Raises RequestError for a metric that is no count of a period and no sum over one."""
    is_sum = metric.kind == "count" or bool(SUM.match(metric.value or ""))
    if metric.interval != "poisson" and (not is_sum or catalogue().mart(metric.model).at is None):
        raise RequestError(f"{metric.id}: only a count of a period with a beginning can be compared")


def fetch_change(request: Request, *, scope: Scope, store: Store, weeks: int | None = None) -> Change:
    """Returns how a count changed against the nearest earlier window of the same weekdays, or one `weeks` earlier.

    Raises:
        RequestError: a period without a beginning, or a metric that is no count of a period.

    Source:
        definitions 3.9.
    """
    now = fetch(request, scope=scope, store=store)
    check_comparable(now.metric)
    filters = request.filters
    if filters.since_at is None:
        raise RequestError(f"{request.metric}: only a count of a period with a beginning can be compared")
    window = previous(filters.since_at, filters.until_at, as_of_at=now.as_of_at, zone=store.zone, weeks=weeks)
    before = fetch(replace(request, filters=filters.during(*window)), scope=scope, store=store)
    begun_at = midnight(local_date(window[0], store.zone) + timedelta(days=QUIET_DAYS), store.zone)
    earliest = Request(request.metric, filters=Filters(until_at=begun_at))  # whole days: a rollup answers
    known = fetch(earliest, scope=scope, store=store).frame.iloc[0]["value"]
    entities = catalogue().mart(now.metric.model).entities or SPINE
    joined = store.execute(
        "SELECT feed_id FROM dim_feed WHERE list_contains(?, entity_code) "
        "AND CAST(history_from AS DATE) > ? AND CAST(history_from AS DATE) <= ? ORDER BY 1",
        [list(entities), local_date(window[0], store.zone), local_date(now.as_of_at, store.zone)],
    )
    is_poisson = now.metric.interval == "poisson"
    frame = pair_up(now.frame, before.frame, by=request.by, is_poisson=is_poisson)
    return Change(now, before, *window, frame, bool(known and known > 0), tuple(joined["feed_id"]))


def pair_up(
    now: pd.DataFrame, before: pd.DataFrame, *, by: tuple[str, ...], is_poisson: bool = True
) -> pd.DataFrame:
    """Returns `Change.frame` of two frames of counts; a group one of them lacks counts 0 there.

    Only counts of independent cases (`is_poisson`) have intervals; sums of money or of people do not.
    """
    counts, base = (_by_key(frame, by) for frame in (now, before))
    total, base_total = sum(counts.values()), sum(base.values())
    rows = []
    for key in dict.fromkeys([*counts, *base]):
        count, base_count = counts.get(key, 0), base.get(key, 0)
        ratio, low, high = _ratio(count, base_count, is_poisson=is_poisson)
        evidence = _evidence(low, high, base_count=base_count)
        rest = (total - count, base_total - base_count)
        excess = _excess((count, base_count), rest) if is_poisson else (None, None, None)
        rows.append((*key, count, base_count, ratio, low, high, evidence > 0, evidence, *excess))
    names = "count base_count ratio low high is_beyond_chance evidence excess excess_low excess_high".split()
    frame = pd.DataFrame(rows, columns=[*by, *names])
    frame = frame.assign(size=frame["count"] + frame["base_count"])
    ordered = frame.sort_values(["evidence", "size"], ascending=False, kind="stable")
    return ordered.drop(columns="size").reset_index(drop=True)


def _ratio(
    count: int, base_count: int, *, is_poisson: bool
) -> tuple[float | None, float | None, float | None]:
    if is_poisson:
        return rate_ratio(count, base_count)
    return count / base_count if base_count else None, None, None


def _evidence(low: float | None, high: float | None, *, base_count: int) -> float:
    """Returns how far the interval of a ratio lies from 1, in either direction; 0 when it holds 1 or there is none."""
    if low is None:
        return 0.0
    if low > 1:
        return low - 1
    if high is not None and high < 1:
        return 1 / high - 1 if high else float(base_count)
    return 0.0


def _excess(own: tuple[int, int], rest: tuple[int, int]) -> tuple[float | None, float | None, float | None]:
    """Returns a group's ratio over that of the rest with its 95 % interval: what the general trend does not explain.

    The interval is the usual one on the log scale; half a case is added to each count so that none is empty.
    """
    if not all(rest):
        return None, None, None
    smoothed = [each + 0.5 for each in (*own, *rest)]
    middle = log(smoothed[0] / smoothed[1] * smoothed[3] / smoothed[2])
    half = Z_95 * sqrt(sum(1 / each for each in smoothed))
    ratio = own[0] / own[1] * rest[1] / rest[0] if own[1] else None
    return ratio, exp(middle - half), exp(middle + half)


def _by_key(frame: pd.DataFrame, by: tuple[str, ...]) -> dict[tuple, int]:
    """Returns the counts by key; a value nobody may know counts as none."""
    known = frame[frame["value"].notna()]
    keys = zip(*(known[name] for name in by), strict=True) if by else [()] * len(known)
    plain = (tuple(None if pd.isna(each) else each for each in key) for key in keys)
    return {key: round(value) for key, value in zip(plain, known["value"], strict=True)}
