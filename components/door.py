"""What a tile may ask for (数据请求) and how the board gets it: the only way from the screen to the data."""

from __future__ import annotations

from dataclasses import dataclass

from data.appraisal import Scores, appraise
from data.connection import Store
from data.listing import Listing, fetch_listing
from data.query import count_rows, fetch, fetch_incident, fetch_rows
from data.request import Request, Scope


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
class Case:
    """One incident with its reports, steps and clocks."""

    incident_id: str


Ask = Request | Listing | Rows | Count | Case | Scores


def answer(ask: Ask, *, scope: Scope, store: Store) -> object:
    """Returns the answer to one ask: an Answer, a frame, a count or one case."""
    match ask:
        case Request():
            return fetch(ask, scope=scope, store=store)
        case Listing():
            return fetch_listing(ask, scope=scope, store=store)
        case Rows():
            page = {"limit": ask.limit, "offset": ask.offset, "order": ask.order, "side": ask.side}
            return fetch_rows(ask.request, scope=scope, store=store, **page)
        case Count():
            return count_rows(ask.request, scope=scope, store=store, side=ask.side)
        case Scores():
            return appraise(ask, scope=scope, store=store)
        case Case():
            return fetch_incident(ask.incident_id, scope=scope, store=store)
    raise TypeError(f"{ask!r} is not something the data door can answer")
