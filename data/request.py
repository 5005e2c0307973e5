"""What a screen may ask: a metric, how to group it, how to filter it, and who asks (查询请求)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from data.period import PeriodError, parse_period

# What an id from a URL may look like; values are bound as parameters, so this only stops nonsense early.
ID_FORM = re.compile(r"[\w:.\-/ ]{1,80}")
PICK_FORM = re.compile(r"[a-z][a-z0-9_]{0,40}")
MOST_PICKED = 6
URL_KEYS = {
    "area": "area_id",
    "source": "feed_id",
    "category": "category_code",
    "domain": "domain_code",
    "department": "department_id",
}


class RequestError(ValueError):
    """A request that cannot be answered; names the key and the value."""


class NoSuchLevelError(RequestError):
    """A number is to be told by a level of areas that this town does not have."""


@dataclass(frozen=True)
class Filters:
    """Which cases count; instants naive UTC, half-open [since_at, until_at), None = no limit (until: as-of).

    `picked` holds (dimension, value) for dimensions without a parameter of their own, in the order of their names.
    """

    since_at: datetime | None = None
    until_at: datetime | None = None
    area_id: str | None = None
    feed_id: str | None = None
    category_code: str | None = None
    domain_code: str | None = None
    department_id: str | None = None
    severity_level: int | None = None
    picked: tuple[tuple[str, str], ...] = ()

    def during(self, since_at: datetime | None, until_at: datetime | None) -> Filters:
        """Returns the same filters for another period."""
        return replace(self, since_at=since_at, until_at=until_at)


@dataclass(frozen=True)
class Scope:
    """Rows the asker may see, from the session only; None = everything, both set = both must hold."""

    area_ids: frozenset[str] | None = None
    department_ids: frozenset[str] | None = None


EVERYTHING = Scope()


@dataclass(frozen=True)
class Request:
    """One question: a metric, grouped by dimensions, over filters, as of an instant (None: the generation's)."""

    metric: str
    by: tuple[str, ...] = ()
    filters: Filters = Filters()
    as_of_at: datetime | None = None


def parse_filters(
    params: Mapping[str, str], *, as_of_at: datetime, town, default_period: str = ""
) -> Filters:
    """Returns the filters a URL's query string stands for; keys it does not know are left alone.

    `default_period` stands for the town's where the URL names no period.

    Raises:
        RequestError: a value that cannot be meant; names key and value.
    """
    period = params.get("period") or default_period or town.file.default_period
    try:
        since_at, until_at = parse_period(period, as_of_at=as_of_at, zone=town.zone)
    except PeriodError as error:
        raise RequestError(str(error)) from None
    ids = {name: _id(key, params[key]) for key, name in URL_KEYS.items() if params.get(key)}
    severity = params.get("severity")
    level = _level(severity) if severity else None
    return Filters(
        since_at, until_at, severity_level=level, picked=parse_picked(params.get("pick", "")), **ids
    )


def parse_picked(text: str) -> tuple[tuple[str, str], ...]:
    """Returns the (dimension, value) pairs of `class8_code:rental,colour_code:red`, ordered by dimension.

    Raises:
        RequestError: a part that is no pair of a column name and an id, a dimension named twice, or too many.
    """
    picked = {}
    parts = [part for part in text.split(",") if part]
    for part in parts:
        name, _, value = part.partition(":")
        if not PICK_FORM.fullmatch(name) or not ID_FORM.fullmatch(value):
            raise RequestError(f"pick = {part[:100]!r}: expected column:value")
        picked[name] = value
    if len(picked) != len(parts) or len(picked) > MOST_PICKED:
        raise RequestError(
            f"pick = {text[:100]!r}: a dimension is named twice, or more than {MOST_PICKED} are"
        )
    return tuple(sorted(picked.items()))


def written_picked(picked: tuple[tuple[str, str], ...]) -> str:
    """Returns picked values as the address writes them."""
    return ",".join(f"{name}:{value}" for name, value in picked)


def _id(key: str, value: str) -> str:
    if not ID_FORM.fullmatch(value):
        raise RequestError(f"{key} = {value[:100]!r}: not an id")
    return value


def _level(value: str) -> int:
    if value not in {"1", "2", "3", "4", "5"}:
        raise RequestError(f"severity = {value[:100]!r}: expected 1 to 5")
    return int(value)
