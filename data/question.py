"""A request with everything needed to answer it: definitions, scope, zone, as-of, bound values (问题)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from data.catalogue import Catalogue
from data.definitions import Mart, Metric
from data.months import ALL, Reach
from data.period import Span, cut, local_date
from data.request import NoSuchLevelError, Request, RequestError, Scope
from data.yamlfile import nearest_name

# The whole town: filtering by it must not drop cases that could not be placed in a grid.
TOWN_AREA = "town"
TIME_DIMENSIONS = ("date", "month")
FILTER_DIMENSIONS = ("feed_id", "category_code", "domain_code", "department_id", "severity_level")


@dataclass(frozen=True)
class Statement:
    """SQL with named parameters; values never become part of the text."""

    sql: str
    params: dict[str, object]


@dataclass(frozen=True)
class Question:
    """A request together with everything needed to compile it.

    Attributes:
        levels: area levels of the town; `by` may name them.
        zone: the town's time zone.
        shipped: SELECTs by name that came with the generation; a view of one clock is cheaper than one of all.
        as_of_at: the instant the answer holds for.
        stale_after_s: how old the registers of a module mart may get; None: as the town's numbers.
        is_recent: only the rows of the last days are read; small enough not to need their pruning.
        reach: else the months that are read.
        is_foreign_area: the area asked for holds no grid the asker may see.
        is_unjoined: none of the registers it rests on ever came.
    """

    request: Request
    scope: Scope
    catalogue: Catalogue
    levels: tuple[str, ...]
    zone: ZoneInfo
    as_of_at: datetime
    stale_after_s: int | None = None
    is_recent: bool = False
    reach: Reach = ALL
    is_foreign_area: bool = False
    is_unjoined: bool = False
    shipped: Mapping[str, str] = field(default_factory=dict, compare=False)
    params: dict[str, object] = field(default_factory=dict, compare=False)

    @cached_property
    def metric(self) -> Metric:
        """The metric asked for."""
        return self.catalogue.metric(self.request.metric)

    @cached_property
    def mart(self) -> Mart:
        """The mart the metric reads."""
        return self.catalogue.mart(self.metric.model)

    @cached_property
    def span(self) -> Span:
        """The period, cut into whole past local days and edges."""
        filters = self.request.filters
        return cut(filters.since_at, filters.until_at, as_of_at=self.as_of_at, zone=self.zone)

    @cached_property
    def filters(self) -> dict[str, object]:
        """Filters by dimension that are set (not the period, not the area)."""
        filters = self.request.filters
        return {name: value for name in FILTER_DIMENSIONS if (value := getattr(filters, name)) is not None}

    @cached_property
    def area_ids(self) -> dict[str, tuple[str, ...]]:
        """Area restrictions by parameter name; the whole town restricts nothing."""
        chosen = self.request.filters.area_id
        asked = {"area_ids": (chosen,)} if chosen and chosen != TOWN_AREA else {}
        allowed = self.scope.area_ids
        if allowed is not None and TOWN_AREA not in allowed:
            asked["scope_area_ids"] = tuple(sorted(allowed))
        return asked

    @cached_property
    def picked(self) -> dict[str, str]:
        """Picked values by dimension, of those the mart has."""
        return {name: value for name, value in self.request.filters.picked if name in self.mart.dimensions}

    @cached_property
    def ignored(self) -> tuple[str, ...]:
        """Filters that are set and that the mart does not have."""
        known = self.mart.dimensions
        names = [name for name in self.filters if name not in known]
        names += [name for name, _ in self.request.filters.picked if name not in known]
        if "area_ids" in self.area_ids and "grid_id" not in known:
            names.append("area_id")
        return tuple(names)

    @cached_property
    def is_outside(self) -> bool:
        """Whether an area or a department is asked for that is not the asker's: nothing of it is known to them, not even zero."""
        if self.mart.is_town_wide:
            return False
        mine, asked = self.scope.department_ids, self.filters.get("department_id")
        is_foreign = mine is not None and asked is not None and asked not in mine
        return (self.is_foreign_area and "grid_id" in self.mart.dimensions) or (
            is_foreign and "department_id" in self.mart.dimensions
        )

    @cached_property
    def unknown_code(self) -> str | None:
        """Why nothing can be known: `unjoined` (no such register), `outside` (not the asker's); None: something may be."""
        return "unjoined" if self.is_unjoined else "outside" if self.is_outside else None

    @cached_property
    def is_shut(self) -> bool:
        """Whether the asker may see none of the mart's rows, because they do not say whose they are.

        Rows with a grid and without a department are seen by area; rows without either are the whole town's, or nobody's.
        Nor those of an area or a department that is not theirs, nor any where no register came.
        """
        mart = self.mart
        if self.unknown_code:
            return True
        if mart.is_town_wide or "grid_id" in mart.dimensions:
            return False
        has_department = "department_id" in mart.dimensions
        return "scope_area_ids" in self.area_ids or (
            self.scope.department_ids is not None and not has_department
        )

    @cached_property
    def rows(self) -> str:
        """SQL of the mart's rows; of the metric's own clocks only, where they have a SELECT of their own."""
        mart = self.mart
        codes = self.metric.pinned(mart.single) if mart.single else ()
        singles = [self.shipped.get(f"{mart.id}_{code}") for code in codes]
        if not singles or None in singles:
            return mart.rows
        return mart.rows.replace(f"FROM {mart.id}", f"FROM ({' UNION ALL '.join(singles)})")

    @cached_property
    def branches(self) -> tuple[str, ...]:
        """The branches of the mart's rows that hold a measure the metric names."""
        return tuple(
            code for code, measures in self.mart.branches.items() if self.metric.names & set(measures)
        )

    def reads_since(self, *, with_rollup: bool) -> datetime | None:
        """Returns the earliest instant a row that counts can hold; None: any."""
        if self.mart.recent_days is None:
            return None
        if self.mart.at is None:
            back = max((self.mart.recent_days[code] for code in self.branches), default=0)
            return self.as_of_at - timedelta(days=back)
        starts = [since for since, _ in self.span.parts] if with_rollup else [self.request.filters.since_at]
        if not starts:
            return self.as_of_at
        if None in starts:
            return None
        return min(starts) - self.longest_limit

    @property
    def longest_limit(self) -> timedelta:
        """The longest the metric's limit ever was; nothing without one."""
        limit = self.metric.limit
        return timedelta(minutes=max(self.catalogue.rules[limit.rule].values.values()) if limit else 0)

    def bind(self, sql: str, **values: object) -> Statement:
        """Returns a statement with the parameters its text names."""
        day = local_date(self.as_of_at, self.zone)
        known = {"as_of_at": self.as_of_at, "as_of_date": day, **self.params, **values}
        bound = {}
        for name in set(re.findall(r"\$(\w+)", sql)):
            bound[name] = known[name] if name in known else self._rule(name)
        return Statement(sql, bound)

    def _rule(self, name: str) -> object:
        value = self.catalogue.rule(name.replace("__", "."), local_date(self.as_of_at, self.zone))
        return list(value) if isinstance(value, tuple) else value


def check_dimensions(question: Question) -> None:
    """Raises RequestError, naming the nearest dimension, when `by` or a filter does not fit the metric."""
    mart, metric = question.mart, question.metric
    known = {*mart.dimensions, *mart.keep} - {"grid_id"}
    if "grid_id" in mart.dimensions:
        known |= set(question.levels)
    if mart.date:
        known |= set(TIME_DIMENSIONS)
    for name in question.request.by:
        if name not in {*known, *question.levels} and not _is_dimension(name, question.catalogue):
            raise NoSuchLevelError(
                f"by = {name!r}: {metric.id} has no such dimension, nor the town such a level"
                f"{nearest_name(name, known)}"
            )
        if name not in known:
            raise RequestError(f"by = {name!r}: {metric.id} has no such dimension{nearest_name(name, known)}")
    if len(set(question.request.by)) != len(question.request.by):
        raise RequestError(f"by = {question.request.by}: a dimension is named twice")


def _is_dimension(name: str, definitions: Catalogue) -> bool:
    """Whether any mart has such a column; what none has can only be a level of another town's areas."""
    marts = definitions.marts.values()
    return name in TIME_DIMENSIONS or any(name in mart.dimensions or name in mart.keep for mart in marts)
