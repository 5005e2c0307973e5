"""What a tile may ask for (数据请求) and how the board gets it: the only way from the screen to the data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from data.appraisal import Scores, appraise
from data.compare import fetch_change
from data.connection import Store
from data.curves import Curve, fetch_curve
from data.flow import fetch_flow
from data.listing import Listing, fetch_listing
from data.query import count_rows, fetch, fetch_incident, fetch_rows
from data.request import Filters, Request, Scope
from data.rivals import Rivalry, fetch_differences
from data.sides import count_sides
from data.together import bundles, fetch_together

BEGINNING = datetime(2000, 1, 1)  # no report is older: the loader refuses them


@dataclass(frozen=True)
class Rows:
    """The incidents or reports behind a number."""

    request: Request
    limit: int = 20
    offset: int = 0
    order: str | None = None
    side: str | None = None


@dataclass(frozen=True)
class Count:
    """How many rows are behind a number."""

    request: Request
    side: str | None = None


@dataclass(frozen=True)
class Sides:
    """How many rows behind a number are on each side."""

    request: Request


@dataclass(frozen=True)
class Comparison:
    """A count against the same weekdays before, or `weeks` earlier."""

    request: Request
    weeks: int | None = None


@dataclass(frozen=True)
class Balance:
    """How the backlog moved over the filters' period, to as-of."""

    filters: Filters


@dataclass(frozen=True)
class Case:
    """One incident with its reports, steps and clocks."""

    incident_id: str


Ask = Request | Listing | Rows | Count | Sides | Comparison | Balance | Case | Scores | Curve | Rivalry


# Asks that are answered as they are.
PLAIN = {
    Request: fetch,
    Listing: fetch_listing,
    Scores: appraise,
    Curve: fetch_curve,
    Rivalry: fetch_differences,
}


def bundled(asks: Iterable[Ask]) -> list[list[Ask]]:
    """Returns the asks in groups; those of one group are cheaper to answer one after the other than apart."""
    asks = list(asks)
    numbers = [ask for ask in asks if isinstance(ask, Request)]
    return [*bundles(numbers), *([ask] for ask in asks if not isinstance(ask, Request))]


def answer_together(asks: Iterable[Ask], *, scope: Scope, store: Store) -> None:
    """Makes the answers of a group at once; `answer` finds them."""
    fetch_together([ask for ask in asks if isinstance(ask, Request)], scope=scope, store=store)


def answer(ask: Ask, *, scope: Scope, store: Store) -> object:
    """Returns the answer to one ask: an Answer, a frame, a count, counts by side, a Change or one case."""
    plain = PLAIN.get(type(ask))
    if plain:
        return plain(ask, scope=scope, store=store)
    match ask:
        case Rows():
            page = {"limit": ask.limit, "offset": ask.offset, "order": ask.order, "side": ask.side}
            return fetch_rows(ask.request, scope=scope, store=store, **page)
        case Count():
            return count_rows(ask.request, scope=scope, store=store, side=ask.side)
        case Sides():
            return count_sides(ask.request, scope=scope, store=store)
        case Comparison():
            return fetch_change(ask.request, scope=scope, store=store, weeks=ask.weeks)
        case Balance():
            until_at = min(ask.filters.until_at or store.as_of_at(), store.as_of_at())
            since_at = ask.filters.since_at or BEGINNING
            return fetch_flow(since_at, until_at, filters=ask.filters, scope=scope, store=store)
        case Case():
            return fetch_incident(ask.incident_id, scope=scope, store=store)
    raise TypeError(f"{ask!r} is not something the data door can answer")
