"""The town's local time as plain SQL (当地时间): zone rules as offsets, many times faster than a zone conversion per row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=16)
def zone_offsets(zone_name: str) -> tuple[tuple[datetime, int], ...]:
    """Returns (from instant, naive UTC; offset in seconds) ascending, over 2000 to 2035."""
    zone = ZoneInfo(zone_name)

    def offset(at: datetime) -> int:
        return int(at.astimezone(zone).utcoffset().total_seconds())

    found = [(FIRST.replace(tzinfo=None), offset(FIRST))]
    day = FIRST
    while day < LAST:
        following = day + timedelta(days=1)
        if offset(day) != offset(following):
            low, high = day, following
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if offset(middle) == offset(day) else (low, middle)
            found.append((high.replace(tzinfo=None, microsecond=0), offset(following)))
        day = following
    return tuple(found)


def local_sql(expression: str, *, zone_name: str) -> str:
    """Returns SQL for the local time of an instant in UTC; a zone without summer time is one addition."""
    offsets = zone_offsets(zone_name)
    if len(offsets) == 1:
        return f"({expression}) + INTERVAL {offsets[0][1]} SECOND"
    branches = " ".join(
        f"WHEN ({expression}) >= TIMESTAMP '{start}' THEN {seconds}" for start, seconds in reversed(offsets)
    )
    return f"({expression}) + to_seconds(CASE {branches} ELSE {offsets[0][1]} END)"
