"""The desk that asks (问数台): every question of a briefing once, every number kept as a Fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

import pandas as pd

from components.briefing.asked import address_of
from components.briefing.document import Fact
from components.briefing.edition import Edition
from components.context import Context, Names, View, names_by_kind
from components.numbers import is_known
from data.catalogue import rule
from data.compare import Change, fetch_change
from data.connection import Store
from data.listing import MODULE_NAMES, Listing, fetch_listing, listings
from data.period import local_date
from data.query import Answer, fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, Scope
from data.town import Town

MISSING = {"value": None, "n": None, "low": None, "high": None, "flag": "no_data"}
CHANGE = "change:"
ROWS, EXCLUDED = "rows:", "excluded:"
LISTING = "listing:"
RULE, LEAST = "rule:", "reporting.min_n"


@dataclass(frozen=True)
class Desk:
    """What every part of a briefing asks with. Answers are kept: an equal question is asked once.

    Attributes:
        edition: which briefing.
        language: `zh` or `en`.
        scope: whose eyes.
        store: the published data.
        town: the town.
    """

    edition: Edition
    language: str
    scope: Scope
    store: Store
    town: Town
    kept: dict = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def ctx(self) -> Context:
        """What things are called, in the briefing's language."""
        tables, levels = {}, {}
        for name in (MODULE_NAMES, "names"):
            tables |= names_by_kind(fetch_listing(Listing(name), scope=EVERYTHING, store=self.store))
        areas = fetch_listing(Listing("areas"), scope=EVERYTHING, store=self.store)
        levels = dict(zip(areas["area_id"], areas["level_code"], strict=True))
        return Context(
            view=View(lang=self.language),
            town=self.town,
            filters=self.edition.filters(self.town),
            as_of_at=self.edition.as_of_at,
            generation=self.store.generation(),
            names=Names(tables, levels),
        )

    @property
    def filters(self) -> Filters:
        """The edition's own days, area and department."""
        return self.edition.filters(self.town)

    @cached_property
    def min_n(self) -> int:
        """Fewer cases than this are too few to judge anybody by."""
        return int(rule(LEAST, local_date(self.edition.as_of_at, self.town.zone)))

    @property
    def least(self) -> Fact:
        """The smallest sample as a fact: sentences write it."""
        return Fact(metric=RULE + LEAST, asked=f"on={self.edition.until_date}", value=float(self.min_n))

    def request(
        self, metric: str, by: tuple[str, ...] = (), *, is_now: bool = False, **filters: object
    ) -> Request:
        """Returns a question of the edition: over its days, or (`is_now`) of the as-of instant; more filters narrow it."""
        chosen = self.filters.during(None, None) if is_now else self.filters
        return Request(metric, by=by, filters=replace(chosen, **filters), as_of_at=self.edition.as_of_at)

    def answer(self, request: Request) -> Answer:
        """Returns the answer to a question, asked once."""
        return self._once(request, lambda: fetch(request, scope=self.scope, store=self.store))

    def fact(self, request: Request) -> Fact:
        """Returns the one number of a question without groups."""
        frame = self.answer(request).frame
        row = frame.iloc[0].to_dict() if len(frame) else MISSING
        return self._fact(request, row)

    def facts(self, request: Request) -> dict[str | None, Fact]:
        """Returns the numbers of a question with one group, by its key; an unknown key is None."""
        made = [self._fact(request, row) for row in self.answer(request).frame.to_dict("records")]
        return {each.key or None: each for each in made}

    def is_told(self, request: Request) -> bool:
        """Whether a number can be cut to the edition's area and department; else it would be somebody else's."""
        ignored = set(self.answer(request).ignored)
        return not ignored & {"area_id", "department_id", "feed_id", "category_code", "domain_code"}

    def change(self, request: Request) -> Change:
        """Returns a count against the nearest earlier window of the same weekdays."""
        return self._once(
            (CHANGE, request), lambda: fetch_change(request, scope=self.scope, store=self.store)
        )

    def earlier(self, metric: str, by: tuple[str, ...] = (), **filters: object) -> Request:
        """Returns the same question about the window a count of the edition is compared with."""
        request = self.request(metric, by, **filters)
        change = self.change(self.request("report_count"))
        return replace(request, filters=request.filters.during(change.since_at, change.until_at))

    def moved(self, request: Request) -> tuple[Fact, Fact, Fact]:
        """Returns now, before and the ratio of the two, all groups together."""
        change = self.change(request)
        return self.pair_facts(request, change.whole)

    def pair_facts(self, request: Request, row: Mapping) -> tuple[Fact, Fact, Fact]:
        """Returns now, before and their ratio for one row of a comparison, or for its whole."""
        change = self.change(request)
        earlier = replace(request, filters=request.filters.during(change.since_at, change.until_at))
        ratio = pair_of(change, request, row, asked=self._address(request))
        if not ratio.by:
            return self.fact(request), self.fact(earlier), ratio
        return self.group_fact(request, ratio.key), self.group_fact(earlier, ratio.key), ratio

    def group_fact(self, request: Request, key: str | None) -> Fact:
        """Returns one group of a count; a group without any row counts none."""
        none = Fact(
            metric=request.metric, asked=self._address(request), by=request.by[0], key=key or "", value=0.0
        )
        return self.facts(request).get(key or None, none)

    def left_out(self, request: Request) -> Fact:
        """Returns how many cases a number's exclusions leave out, as its ledger on the screen says."""
        count = sum(self.answer(request).exclusions.values())
        return Fact(metric=EXCLUDED + request.metric, asked=self._address(request), value=float(count))

    def rows(self, request: Request, **page: object) -> pd.DataFrame:
        """Returns rows behind a number; see `data.query.fetch_rows`."""
        key = (ROWS, request, tuple(sorted(page.items())))
        return self._once(key, lambda: fetch_rows(request, scope=self.scope, store=self.store, **page))

    def row_fact(self, request: Request, key: str, value: object) -> Fact:
        """Returns a figure of one row behind a number as a fact."""
        return Fact(
            metric=ROWS + request.metric,
            asked=self._address(request),
            by="row",
            key=key,
            value=number_of(value),
        )

    def listing(
        self, name: str, *, is_scoped: bool = True, as_of_at: datetime | None = None, **filters: object
    ) -> pd.DataFrame:
        """Returns a listing as of the edition's instant (or another), cut to its area."""
        chosen = replace(self.filters.during(None, None), **filters) if is_scoped else Filters()
        listing = Listing(name, filters=chosen, as_of_at=as_of_at or self.edition.as_of_at)
        return self._once(listing, lambda: fetch_listing(listing, scope=self.scope, store=self.store))

    def has_listing(self, name: str) -> bool:
        """Whether the published data hold what a listing reads; a town published before it was built does not."""
        return self._once((LISTING, name), lambda: self._is_there(name))

    def _is_there(self, name: str) -> bool:
        tables = (
            set(re.findall(r"(?:FROM|JOIN) ((?:mart|dim)_\w+)", listings()[name].rows))
            if name in listings()
            else None
        )
        if tables is None:
            return False
        shown = self.store.execute("SELECT table_name FROM information_schema.tables")
        return tables <= set(shown["table_name"])

    def listing_fact(self, name: str, value: object, *, by: str = "", key: str = "") -> Fact:
        """Returns a figure of a listing, or how many rows it has, as a fact."""
        request = self.request(name, is_now=True)
        return Fact(
            metric=LISTING + name, asked=self._address(request), by=by, key=key, value=number_of(value)
        )

    def _fact(self, request: Request, row: Mapping) -> Fact:
        return fact_of(request, row, asked=self._address(request))

    def _address(self, request: Request) -> str:
        mine = self.filters
        span = (request.filters.since_at, request.filters.until_at)
        is_own = span == (mine.since_at, mine.until_at) and request.as_of_at == self.edition.as_of_at
        return address_of(request, period=self.edition.period if is_own else "")

    def _once(self, key: object, make) -> object:
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def instant(self, at: datetime) -> datetime:
        """Returns an instant at rest in the town's own time."""
        return at.replace(tzinfo=UTC).astimezone(self.town.zone).replace(tzinfo=None)


def fact_of(request: Request, row: Mapping, *, asked: str) -> Fact:
    """Returns one row of an answer as a fact; a suppressed number keeps its n to itself as well."""
    flag = row["flag"] if is_known(row["flag"]) else ""
    told = {name: number_of(row[name]) for name in ("value", "n", "low", "high")}
    if flag == "suppressed":
        told["n"] = None
    by, key = _group(request, row)
    return Fact(metric=request.metric, asked=asked, by=by, key=key, flag=str(flag), **told)


def pair_of(change: Change, request: Request, row: Mapping, *, asked: str) -> Fact:
    """Returns one row of a comparison as the fact of its ratio."""
    by, key = _group(request, row)
    return Fact(
        metric=CHANGE + request.metric,
        asked=asked,
        by=by,
        key=key,
        value=number_of(row["ratio"]),
        n=number_of(row["count"] + row["base_count"]),
        low=number_of(row["low"]),
        high=number_of(row["high"]),
        flag="" if change.is_covered else "no_base",
    )


def _group(request: Request, row: Mapping) -> tuple[str, str]:
    """Returns dimension and key; whole numbers without a point, unknown empty; nothing for the whole."""
    if not request.by or request.by[0] not in row:
        return "", ""
    value = row[request.by[0]]
    if not is_known(value):
        return request.by[0], ""
    return request.by[0], str(int(value)) if isinstance(value, float) else str(value)


def number_of(value: object) -> float | None:
    """Returns a value as a number; None where it is unknown."""
    return float(value) if is_known(value) else None
