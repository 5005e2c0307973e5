"""One number in a table, a legend or a stage (数值单元): value, n, interval, the way to its rows, its marks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from components.context import Context
from components.numbers import UNKNOWN, count_text, is_known
from components.panel import instant_text
from components.tiles.kpi_card import range_text, value_text
from components.ways import rows_link
from data.catalogue import catalogue

NOTHING = {"value": None, "n": 0, "low": None, "high": None, "lower": None, "upper": None, "flag": "no_data"}


def only_row(answer) -> dict:
    """Returns the row of an answer that is not grouped."""
    return answer.frame.iloc[0].to_dict() if len(answer.frame) else dict(NOTHING)


def rows_by(answer, column: str) -> dict[object, dict]:
    """Returns the rows of an answer by their value of `column`; one unknown key is None."""
    records = answer.frame.to_dict("records")
    return {row[column] if is_known(row[column]) else None: row for row in records}


def flag_of(row: Mapping) -> str:
    """Returns why a value is not to be compared; empty when it may be."""
    return row["flag"] if is_known(row.get("flag")) else ""


def flag_text(row: Mapping, ctx: Context) -> str:
    """Returns the flag in words; `beyond` is told by the value itself."""
    flag = flag_of(row)
    return ctx.t(f"flag.{flag}") if flag and flag != "beyond" else ""


def written_value(metric_id: str, row: Mapping, ctx: Context) -> tuple[str, str]:
    """Returns value and unit; past the end of a curve, more than the longest time watched."""
    metric = catalogue().metric(metric_id)
    if flag_of(row) == "beyond":
        text, unit = value_text(row.get("lower"), metric, ctx=ctx)
        return (f"> {text}" if text != UNKNOWN else text), unit
    return value_text(row["value"], metric, ctx=ctx)


def note_text(metric_id: str, row: Mapping, ctx: Context) -> str:
    """Returns what stands small beside a value: n unless the value is that n, and the flag in words.

    A suppressed number keeps its n to itself as well.
    """
    metric = catalogue().metric(metric_id)
    flag = flag_text(row, ctx)
    if flag_of(row) in ("suppressed", "no_data", "outside", "unjoined") or metric.kind == "count":
        return flag
    return " · ".join(part for part in (ctx.t("kpi.sample", n=count_text(row["n"])), flag) if part)


def tip_text(metric_id: str, row: Mapping, ctx: Context, *, name: str = "") -> str:
    """Returns the tooltip: whose number it is, value, n, interval, bounds, flag."""
    metric = catalogue().metric(metric_id)
    text, unit = written_value(metric_id, row, ctx)
    parts = [name, f"{ctx.pick(metric.label)} {text}{unit}", note_text(metric_id, row, ctx)]
    if flag_of(row) not in ("suppressed", "beyond"):
        interval = range_text(row.get("low"), row.get("high"), metric, ctx=ctx)
        bounds = range_text(row.get("lower"), row.get("upper"), metric, ctx=ctx)
        parts += [ctx.t("kpi.interval", interval=interval) if interval else ""]
        parts += [ctx.t("kpi.bounds", interval=bounds) if bounds else ""]
    return " · ".join(part for part in parts if part)


def figure(
    metric_id: str, row: Mapping, *, ctx: Context, as_of_at: datetime | None, where: Mapping | None = None
) -> Component:
    """Returns a value as a link to its rows under `where` (column -> value), with the marks every number has.

    Nothing can be filtered by an unknown value, so such a number has no link.
    """
    metric = catalogue().metric(metric_id)
    text, unit = written_value(metric_id, row, ctx)
    where = where or {}
    is_unit_shown = unit != ctx.pick(metric.unit)  # a heading has the metric's own unit
    key = "|".join([metric_id, *(f"{column}:{value}" for column, value in where.items())])
    has_rows = text != UNKNOWN and all(map(is_known, where.values()))
    state = " is-unknown" if text == UNKNOWN else " is-thin" if flag_of(row) == "small_sample" else ""
    return html.A(
        [
            html.Span(text, className="digits", **{"data-number": key}),
            *([html.Span(unit, className="unit")] if is_unit_shown and unit else []),
        ],
        **(rows_link(metric_id, ctx, **where) if has_rows else {}),
        className="figure" + state,
        title=tip_text(metric_id, row, ctx, name=" · ".join(ctx.label(*each) for each in where.items())),
        **marks(metric_id, ctx, as_of_at=as_of_at),
    )


def marks(metric_id: str, ctx: Context, *, as_of_at: datetime | None) -> dict[str, str]:
    """Returns what every number on a screen carries."""
    instant = instant_text(as_of_at or ctx.as_of_at)
    return {
        "data-kpi": metric_id,
        "data-value-at": instant,
        "data-asof": instant,
        "data-generation": str(ctx.generation),
    }
