"""What a built question is (组合查询): one metric, up to two dimensions, read from the address; never SQL."""

from __future__ import annotations

from dataclasses import dataclass

from components.context import Context
from data.catalogue import catalogue
from data.definitions import Metric
from data.request import Request

TIMES = ("date", "month")
FIRST_METRIC = "incident_count"


@dataclass(frozen=True)
class BuiltQuestion:
    """A question as the address says it; what the address cannot mean is left out.

    Attributes:
        metric: the metric's id.
        by: none, one or two dimensions.
        choices: every dimension the metric can be told by here.
    """

    metric: str
    by: tuple[str, ...]
    choices: tuple[str, ...]

    @property
    def definition(self) -> Metric:
        """The metric asked for."""
        return catalogue().metric(self.metric)

    def request(self, ctx: Context) -> Request:
        """Returns the question with the screen's filters."""
        return Request(self.metric, by=self.by, filters=ctx.filters)

    def total(self, ctx: Context) -> Request:
        """Returns the same without dimensions."""
        return Request(self.metric, filters=ctx.filters)

    def level(self, ctx: Context) -> str:
        """Returns the level of areas for the map: the one asked by, else the one above the grids; empty: no place."""
        if not any(name in self.choices for name in ctx.town.levels):
            return ""
        asked = [name for name in self.by if name in ctx.town.levels[1:]]
        return asked[0] if asked else ctx.town.file.hierarchies[0].levels[-2]


def question_of(ctx: Context) -> BuiltQuestion:
    """Returns the question the address asks; the first metric by the first level of areas when it asks none."""
    params = ctx.view.params
    metric = params.get("metric", "")
    is_known = metric in catalogue().metrics
    metric = metric if is_known else FIRST_METRIC
    choices = dimensions_of(metric, ctx)
    asked = [params.get("by", ""), params.get("then", "")]
    if "by" not in params and "then" not in params:
        asked = [ctx.town.file.hierarchies[0].levels[-2]]
    by = tuple(dict.fromkeys(name for name in asked if name in choices))
    return BuiltQuestion(metric, by, choices)


def dimensions_of(metric: str, ctx: Context) -> tuple[str, ...]:
    """Returns the dimensions a metric can be told by: areas, time, then what its mart has."""
    mart = catalogue().mart(catalogue().metric(metric).model)
    areas = ctx.town.levels[1:] if "grid_id" in mart.dimensions else ()
    times = TIMES if mart.date else ()
    rest = [name for name in mart.dimensions if name not in ("grid_id", *areas, *times)]
    return tuple(dict.fromkeys([*areas, *times, *rest]))
