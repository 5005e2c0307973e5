"""Asks a number of an earlier briefing again (复问): the same question as of the same instant, from what is known today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from components.briefing.asked import request_of
from components.briefing.desk import CHANGE, fact_of, pair_of
from components.briefing.document import Fact
from data.catalogue import catalogue
from data.compare import fetch_change
from data.connection import Store
from data.period import PeriodError
from data.query import fetch
from data.request import RequestError, Scope
from data.town import Town

Asker = Callable[[Fact], Fact | None]


def make_asker(*, scope: Scope, store: Store, town: Town) -> Asker:
    """Returns what asks a fact again; None for what cannot be: figures of rows and listings, metrics that are gone."""
    kept: dict[tuple, dict[str, Fact]] = {}

    def ask(fact: Fact) -> Fact | None:
        key = (fact.metric, fact.asked, fact.by)
        if key not in kept:
            kept[key] = _groups(fact, scope=scope, store=store, town=town)
        if fact.metric.removeprefix(CHANGE) not in catalogue().metrics:
            return None
        missing = replace(fact, value=None, n=None, low=None, high=None, flag="no_data")
        return kept[key].get(fact.key, _nothing(fact, missing))

    return ask


def _nothing(fact: Fact, missing: Fact) -> Fact:
    """A group that no longer has any row: of a count none, of anything else unknown."""
    metric = catalogue().metric(fact.metric.removeprefix(CHANGE))
    is_count = metric.kind == "count" and not fact.metric.startswith(CHANGE)
    return replace(missing, value=0.0, flag="") if is_count and fact.by else missing


def _groups(fact: Fact, *, scope: Scope, store: Store, town: Town) -> dict[str, Fact]:
    name = fact.metric.removeprefix(CHANGE)
    if name not in catalogue().metrics:
        return {}
    try:
        request = request_of(name, fact.asked, by=fact.by, town=town)
        if fact.metric.startswith(CHANGE):
            change = fetch_change(request, scope=scope, store=store)
            rows = change.frame.to_dict("records") if fact.by else [change.whole]
            made = [pair_of(change, request, row, asked=fact.asked) for row in rows]
        else:
            rows = fetch(request, scope=scope, store=store).frame.to_dict("records")
            made = [fact_of(request, row, asked=fact.asked) for row in rows]
    except (RequestError, PeriodError):  # a level or a dimension the town no longer has
        return {}
    return {each.key: each for each in made}
