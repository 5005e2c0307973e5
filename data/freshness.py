"""How old data may get before it is stale (数据龄期): a multiple of what the feeds' contracts expect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.catalogue import rule

if TYPE_CHECKING:
    import pandas as pd

    from data.generation import Snapshot

LIVE = ("report", "step")
# A table built once a day is a day old at the most; two days old, a build was missed.
DAILY_S = 2 * 86_400


@dataclass(frozen=True)
class FeedState:
    """How far one feed that ever delivered goes, and what its contract expects.

    Attributes:
        entity: what it delivers.
        watermark_at: it is complete to here.
        expected_interval_s: seconds between deliveries; None: not said.
        expected_lag_s: seconds a delivery may be late; None: not said.
    """

    entity: str
    watermark_at: datetime
    expected_interval_s: int | None
    expected_lag_s: int | None


def feed_allowance_s(row) -> int:
    """Returns how old a feed's data may get, in seconds: interval and lag its contract expects, times the stale factor."""
    # Unequal to itself: NaN, which a frame holds for a number that is not there.
    expected = [
        each for each in (row.expected_interval_s, row.expected_lag_s) if each is not None and each == each
    ]
    return int(rule("reporting.stale_factor", datetime.now(UTC).date()) * sum(expected))


def lateness(feeds: pd.DataFrame, *, now: datetime) -> str:
    """Returns how late the worst required feed is: `green`, `amber`, `red`; `unknown` when none is required.

    A required feed that never delivered is red. Late is measured in intervals and lags its contract expects.

    Source:
        reliability F15.
    """
    required = feeds[feeds["is_required"].fillna(False).astype(bool)]
    if required.empty:
        return "unknown"
    today = datetime.now(UTC).date()
    amber, red = rule("reporting.late_amber", today), rule("reporting.late_red", today)
    late = max(_times_late(row, now=now) for row in required.itertuples())
    return "red" if late > red else "amber" if late > amber else "green"


def _times_late(row, *, now: datetime) -> float:
    if row.watermark_at is None or row.watermark_at != row.watermark_at:
        return float("inf")
    return (now - row.watermark_at).total_seconds() / max(row.expected_interval_s + row.expected_lag_s, 1)


def live_feeds(feeds: pd.DataFrame) -> pd.DataFrame:
    """Returns the feeds of reports and steps: the town's pulse. Registers come by the day or month, each number says how old."""
    return feeds[feeds["entity_code"].isin(LIVE)] if "entity_code" in feeds else feeds


def stale_after_seconds(feeds: pd.DataFrame) -> int:
    """Returns how old a screen's numbers may get: the allowance of the slowest required feed, 0 when there is none."""
    required = feeds[feeds["is_required"].fillna(False).astype(bool)]
    return max((feed_allowance_s(row) for row in required.itertuples()), default=0)


def known_until(states: Iterable[FeedState], entities: tuple[str, ...]) -> tuple[datetime | None, int | None]:
    """Returns how far the registers go together and how old that may get in seconds; None: none ever delivered."""
    mine = [each for each in states if each.entity in entities]
    return (
        min((each.watermark_at for each in mine), default=None),
        max((feed_allowance_s(each) for each in mine), default=None),
    )


def holds_for(
    asked_at: datetime | None, snapshot: Snapshot, entities: tuple[str, ...], *, is_daily: bool = False
) -> tuple[datetime, int | None]:
    """Returns the instant an answer from some registers holds for, and how old it may get (None: as the town's).

    No later than the town's as-of and the watermarks of those registers' feeds, whatever is asked; what rests on no
    register holds for the instant asked, else the town's. What is built once a day holds for that build at the latest.
    """
    if not entities and not is_daily:
        return asked_at or snapshot.as_of_at, None
    until_at, stale_after_s = known_until(snapshot.feed_states(), entities)
    instants = (asked_at, snapshot.as_of_at, until_at, snapshot.day_as_of_at() if is_daily else None)
    allowed = (stale_after_s or 0, DAILY_S if is_daily else 0)
    return min(each for each in instants if each is not None), max(allowed) or None


def is_none_there(snapshot: Snapshot, entities: tuple[str, ...]) -> bool:
    """Returns whether something rests on registers none of which ever came: then nothing is known, not even zero."""
    return bool(entities) and known_until(snapshot.feed_states(), entities)[0] is None
