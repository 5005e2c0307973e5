"""How a request of another system becomes a question (接口提问): the same filters as the screens, the token's rows only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import HTTPException

from access.context import current_scope
from data.catalogue import CatalogueError, catalogue
from data.connection import Store
from data.query import Answer, fetch
from data.request import Filters, Request, RequestError, Scope, parse_filters
from data.town import Town


@dataclass(frozen=True)
class Asking:
    """The store and the town, asked on behalf of the running token."""

    store: Store
    town: Town

    @property
    def scope(self) -> Scope:
        """The rows of the token."""
        return current_scope()

    def filters(self, params: dict[str, str | None]) -> Filters:
        """Returns the filters of an address; 400 for what cannot be meant."""
        given = {key: value for key, value in params.items() if value}
        try:
            return parse_filters(given, as_of_at=self.store.as_of_at(), town=self.town)
        except RequestError as error:
            raise HTTPException(400, str(error)) from None

    def number(self, metric: str, *, by: tuple[str, ...], filters: Filters, as_of: str | None) -> Answer:
        """Returns a number; 404 for an unknown one, 400 for a question it cannot answer."""
        if metric not in catalogue().metrics:
            raise HTTPException(404, "no such metric")
        try:
            request = Request(metric, by=by, filters=filters, as_of_at=parse_instant(as_of))
            return fetch(request, scope=self.scope, store=self.store)
        except (RequestError, CatalogueError) as error:
            raise HTTPException(400, str(error)) from None


def parse_instant(text: str | None) -> datetime | None:
    """Returns an ISO 8601 instant as naive UTC; None for none; 400 for one without an offset or that is none."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, f"{text[:40]!r} is no ISO 8601 instant") from None
    if found.tzinfo is None:
        raise HTTPException(400, f"{text[:40]!r} has no offset: write 2026-11-21T23:30:00Z")
    return found.astimezone(UTC).replace(tzinfo=None)
