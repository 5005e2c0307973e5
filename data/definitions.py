"""The shapes of the definition files: metrics, the marts they read, dated rules (定义)."""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from data.town import Identifier, Label
from data.yamlfile import Definition

# Names that look like columns in a metric's SQL but are the language's own; functions are told by their bracket.
SQL_WORDS = frozenset(
    "sum count min max avg nullif coalesce filter where and or not is null in as case when then else end "
    "cast double bigint integer distinct true false between interval minute hour day greatest least".split(
        " "
    )
)


class RuleReference(Definition):
    """Points at a dated limit."""

    rule: str


class Reference(Definition):
    """Where a limit or a formula comes from."""

    title: str
    quote: str = ""
    note: Label | None = None


class Metric(Definition):
    """One KPI; `value` is a SQL aggregate over its mart, so every grouping uses the same formula.

    `suppress_below`: groups of fewer (but some) of the sample are not told, where the sample are people.
    `suppress_by: area`: only numbers of part of the town are kept back; few of a kind in the whole town point at nobody.
    `error`: half the width of the 95 % interval, for `interval: formula`.
    """

    id: Identifier
    kind: Literal["rate", "count", "percentile", "amount"]
    label: Label
    meaning: Label
    clocks: Label
    exclusions: Label
    model: Identifier
    where: str | None = None
    value: str | None = None
    sample: str = "count(*)"
    hits: str | None = None
    lower: str | None = None
    upper: str | None = None
    share: float | None = None
    error: str | None = None
    interval: Literal["wilson", "poisson", "formula", "none"] = "none"
    needs_min_n: bool = True
    suppress_below: int | None = Field(default=None, ge=2)
    suppress_by: Literal["group", "area"] = "group"
    unit: Label
    format: str
    direction: Literal["higher_is_better", "lower_is_better", "neutral"]
    limit: RuleReference | None = None
    target: RuleReference | None = None
    reference: Reference
    version: int = Field(ge=1)
    authored_by: str
    checked_by: str
    reviewed: date
    next_review: date
    valid_to: date | None = None  # last day of an earlier version; the one in force has none
    path: Path

    @model_validator(mode="after")
    def _formula_is_whole(self) -> Metric:
        if (self.kind == "percentile") != (self.share is not None):
            raise ValueError("kind percentile needs percentiles: [..], and only that kind has them")
        if self.kind != "percentile" and not self.value:
            raise ValueError("value is missing: a SQL aggregate over the mart's measures")
        if self.interval == "wilson" and not self.hits:
            raise ValueError("interval wilson needs `hits`: how many of the sample succeeded")
        if (self.interval == "formula") != (self.error is not None):
            raise ValueError("interval formula and `error` come together")
        if (self.lower is None) != (self.upper is None):
            raise ValueError("lower and upper come together")
        return self

    @cached_property
    def names(self) -> frozenset[str]:
        """Column names used by the metric's SQL."""
        return self.formula_names | _column_names(self.where)

    def pinned(self, column: str) -> tuple[str, ...]:
        """Returns the values `where` allows for a column, if that is all it says; else nothing."""
        found = re.fullmatch(rf"\s*{column}\s*(?:=|IN)\s*\(?\s*((?:'\w+'[,\s]*)+)\)?\s*", self.where or "")
        return tuple(re.findall(r"'(\w+)'", found[1])) if found else ()

    @cached_property
    def formula_names(self) -> frozenset[str]:
        """Column names used by the metric's formula, `where` left out."""
        return _column_names(self.value, self.sample, self.hits, self.error, self.lower, self.upper)


def _column_names(*parts: str | None) -> frozenset[str]:
    text = re.sub(r"'[^']*'", " ", " ".join(part for part in parts if part))
    return frozenset(re.findall(r"(?<![$\w.])[a-z_][a-z_0-9]*\b(?!\s*\()", text.lower())) - SQL_WORDS


class Rollup(Definition):
    """A table of sums per local day that can stand in for a mart's rows."""

    table: Identifier
    date: Identifier
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]


class Prune(Definition):
    """Says how `at` is computed, so that files can be skipped by their own columns.

    `at` is `exact` where that is not null, else `fallback`; `exact` is `start` plus the metric's limit, if it has one.
    """

    exact: Identifier
    start: Identifier
    fallback: Identifier


class Mart(Definition):
    """How the compiler reads one mart: its rows, its day, its measures and its rollups.

    Attributes:
        rows: SQL of the rows (one SELECT); `$as_of_at` may be used.
        at: column whose instant decides the period; None for a snapshot at the as-of instant.
        date: the same as a local day.
        is_matured: only rows with `at` <= as-of count, however the period ends.
        is_additive: measures are sums, so rollups and rows may be mixed.
        dimensions: name -> SQL expression over the rows.
        measures: name -> SQL expression over the rows.
        single: column whose values have a shipped SELECT of their own, named `<mart>_<value>`.
        branches: row_code -> measures, when the rows are a union; branches a number does not need are not read.
        recent_days: set where an incident's or report's own instants decide whether a row counts, so that a question
            about the last days may look at the rows of the last days only. Empty: by `at`; for a snapshot, per branch:
            how many days before as-of its rows reach (what is still open is always looked at).
        entity: what a row stands for (drill-down).
        entities: registers it rests on; its as-of is no later than their feeds' watermarks.
        is_daily: its rows are built once a day from incidents or reports; it holds for that build at the latest.
        key: the row's own id, for marts that are listed by `listed`.
        listed: columns a list of its rows shows; empty for the marts of incidents, reports and feeds.
        page: address of a row's own page, with `{column}` for what is listed.
        person: column that tells the people apart whose rows these are; numbers of few are kept back (data/privacy.py).
        told: column with a row's area where it may be told, else null; only for marts with `person`.
        is_town_wide: rows belong to no area and no department; whoever may open the page sees them all.
        side: SQL expression naming the side of a row (in_time, late, excluded ...).
    """

    id: Identifier
    label: Label
    rows: str
    tables: tuple[Identifier, ...]
    at: Identifier | None = None
    date: Identifier | None = None
    is_matured: bool = False
    is_additive: bool = True
    prune: Prune | None = None
    single: Identifier | None = None
    dimensions: dict[Identifier, str]
    keep: tuple[Identifier, ...] = ()
    measures: dict[Identifier, str] = Field(default_factory=dict)
    branches: dict[Identifier, tuple[str, ...]] = Field(default_factory=dict)
    recent_days: dict[Identifier, int] | None = None
    rollups: tuple[Rollup, ...] = ()
    entity: Identifier = "incident"
    entities: tuple[Identifier, ...] = ()
    is_daily: bool = False
    key: Identifier | None = None
    listed: tuple[Identifier, ...] = Field(default=(), max_length=10)
    page: str | None = None
    person: Identifier | None = None
    told: Identifier | None = None
    is_town_wide: bool = False
    side: str = "'counted'"

    @model_validator(mode="after")
    def _list_is_whole(self) -> Mart:
        if (self.entities or self.listed or self.page) and not self.key:
            raise ValueError("key is missing: the column that identifies a row")
        if self.key and self.key not in self.listed:
            raise ValueError(f"listed does not hold the key {self.key!r}, found {list(self.listed)}")
        strange = sorted(set(re.findall(r"\{(\w+)\}", self.page or "")) - set(self.listed))
        if strange:
            raise ValueError(f"page names {strange[0]!r}, which is not in listed")
        return self

    @model_validator(mode="after")
    def _columns_fit(self) -> Mart:
        if self.is_town_wide and "grid_id" in self.dimensions:
            raise ValueError("is_town_wide is for marts without grid_id: rows with a grid are seen by area")
        if "excluded_count" in self.measures and not self.has_excluded_code:
            raise ValueError("the measure excluded_count needs excluded_code in keep or dimensions")
        return self

    @property
    def has_excluded_code(self) -> bool:
        """Whether its rows say why they do not count."""
        return "excluded_code" in {*self.keep, *self.dimensions, *self.listed}


class Rule(Definition):
    """A dated, cited limit; an old value is never edited, a new dated line is added."""

    label: Label
    unit: Literal["minutes", "hours", "days", "cases", "times", "pct", "bands", "points", "m"]
    clock: Literal["calendar", "working_hours", "none"]
    reference: Reference
    values: dict[date, int | float | tuple[int, ...] | dict[str, float]] = Field(min_length=1)

    @model_validator(mode="after")
    def _dates_ascend(self) -> Rule:
        if list(self.values) != sorted(self.values):
            raise ValueError(f"dates must ascend, found {[str(day) for day in self.values]}")
        return self

    def on(self, day: date) -> int | float | tuple[int, ...] | dict[str, float] | None:
        """Returns the value in force on a day; None before the first date."""
        in_force = [value for start, value in self.values.items() if start <= day]
        return in_force[-1] if in_force else None
