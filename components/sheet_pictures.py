"""What a tile shows, as a chart or a map that can be printed (导出图): the same answers, drawn without a browser."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from components.context import Context
from components.drawing.spec import AreaMark, AreaPicture, Chart, Series
from components.numbers import duration_text, instant_full, is_known
from components.sheets import dimensions_of, numbers_of
from components.theme import RISK_CLASSES
from components.tiles.base import Tile
from components.tiles.header import scope_text
from components.ways import TIMES
from data.curves import Lifetimes
from data.lineage import trace_metric
from data.query import Answer

BARS = 30  # more lying bars than this are no picture any more: the table has them all
LINES = 8
HOURS = 72  # points of a line by day and hour: the newest three days
WIDE_MM = 165.0
MOST_FEEDS = 4  # named below a picture
CURVE_POINTS = 48  # of a curve over durations, evenly spaced as the eye reads them: by their logarithm


def picture_of(tile: Tile, answers: Mapping[str, object], ctx: Context) -> Chart | AreaPicture | None:
    """Returns the picture of a tile's answers; None when they are no picture (single figures, lists)."""
    risk = risk_of(answers)
    if risk is not None:
        return _risk_map(risk, tile=tile, ctx=ctx)
    curve = next((each for each in answers.values() if isinstance(each, Lifetimes)), None)
    if curve is not None:
        return _curve(curve, tile, ctx) if len(curve.frame) else None
    grouped = [each for each in numbers_of(answers) if dimensions_of(each) and len(each.frame)]
    if not grouped:
        return None
    alike = [
        each
        for each in grouped
        if dimensions_of(each) == dimensions_of(grouped[0]) and _unit(each) == _unit(grouped[0])
    ]
    unlike = list({each.metric.id: each for each in alike}.values())
    return (
        _two_ways(unlike[0], tile=tile, ctx=ctx)
        if len(dimensions_of(grouped[0])) > 1
        else _one_way(unlike, tile, ctx)
    )


def risk_of(answers: Mapping[str, object]) -> pd.DataFrame | None:
    """Returns the risk classes among a tile's answers, one row per grid and domain; None when it has none."""
    risk = answers.get("risk")
    is_risk = isinstance(risk, pd.DataFrame) and {"grid_id", "class_code", "domain_code"} <= set(risk.columns)
    return risk if is_risk else None


def _curve(curve: Lifetimes, tile: Tile, ctx: Context) -> Chart:
    """Which share is done by when: with the open cases, and the closed ones only."""
    frame = curve.frame
    ends = [max(1.0, frame["minutes"].iloc[0]), max(2.0, frame["minutes"].iloc[-1])]
    times = np.unique(np.append(np.geomspace(*ends, CURVE_POINTS - 1), ends[-1]))
    steps = frame.iloc[frame["minutes"].searchsorted(times, side="right").clip(1) - 1]
    names = ("done_pct", "low_pct", "high_pct", "closed_only_pct")
    done, low, high, closed = (
        tuple(float(each) if is_known(each) else None for each in steps[name]) for name in names
    )
    return Chart(
        kind="lines",
        title=tile.printed(ctx),
        categories=tuple(duration_text(each, ctx) for each in times),
        series=(
            Series(ctx.t("instruments.all_cases"), done, low=low, high=high),
            Series(ctx.t("instruments.closed_only"), closed),
        ),
        unit="%",
        source=source_text(ctx, as_of_at=curve.as_of_at, metrics=tuple(tile.metrics())),
    )


def _unit(answer: Answer) -> str:
    return answer.metric.unit.zh


def _facts(answers: list[Answer], tile: Tile, ctx: Context) -> dict[str, str]:
    return {
        "title": tile.printed(ctx) or ctx.pick(answers[0].metric.label),
        "unit": ctx.pick(answers[0].metric.unit),
        "source": source_text(
            ctx,
            as_of_at=min(each.as_of_at for each in answers),
            metrics=tuple(dict.fromkeys(each.metric.id for each in answers)),
        ),
    }


def source_text(ctx: Context, *, as_of_at, metrics: tuple[str, ...] = ()) -> str:
    """Returns the line below a picture: town, what it is about, as-of instant, generation, feeds."""
    parts = [
        ctx.pick(ctx.town.label),
        scope_text(ctx),
        ctx.t("export.as_of_line", at=instant_full(as_of_at, ctx), generation=ctx.generation),
        _feeds_text(metrics, ctx),
        ctx.t("export.synthetic") if ctx.town.file.is_synthetic else "",
    ]
    return " · ".join(part for part in parts if part)


def _feeds_text(metrics: tuple[str, ...], ctx: Context) -> str:
    """Returns the feeds the numbers come from; nothing where a single one is chosen, which is told already."""
    if ctx.filters.feed_id:
        return ""
    chains = [node for name in metrics for node in trace_metric(name, town=ctx.town)]
    feeds = list(dict.fromkeys(ctx.name("feed", node.name) for node in chains if node.kind == "feed"))
    if not feeds:
        return ""
    named = ctx.t("query.comma").join(feeds[:MOST_FEEDS])
    more = len(feeds) - MOST_FEEDS
    return ctx.t("export.from_feeds", feeds=named) + (
        ctx.t("export.more_feeds", count=more) if more > 0 else ""
    )


def _one_way(answers: list[Answer], tile: Tile, ctx: Context) -> Chart:
    column = dimensions_of(answers[0])[0]
    is_time = column in (*TIMES, "hour")
    keys = _ordered_keys(answers, column, is_time=is_time)[: None if is_time else BARS]
    labels = tuple(_label(column, key, ctx) for key in keys)
    series = tuple(_series(each, column, keys=keys, ctx=ctx) for each in answers[:LINES])
    kind = ("lines" if len(keys) > 1 else "columns") if is_time else "bars"
    return Chart(kind=kind, categories=labels, series=series, **_facts(answers, tile, ctx))


def _ordered_keys(answers: list[Answer], column: str, *, is_time: bool) -> list[object]:
    keys = list(dict.fromkeys(key for each in answers for key in each.frame[column] if is_known(key)))
    if is_time:
        return sorted(keys)
    values = answers[0].frame.set_index(column)["value"].to_dict()
    return sorted(keys, key=lambda key: -(values.get(key) if is_known(values.get(key)) else float("-inf")))


def _series(answer: Answer, column: str, *, keys: list[object], ctx: Context) -> Series:
    rows = answer.frame.drop_duplicates(column).set_index(column)
    found = {name: tuple(_number(rows, key, name) for key in keys) for name in ("value", "low", "high")}
    has_interval = any(each is not None for each in found["low"])
    ends = {"low": found["low"], "high": found["high"]} if has_interval else {}
    return Series(ctx.pick(answer.metric.label), found["value"], **ends)


def _number(rows: pd.DataFrame, key: object, name: str) -> float | None:
    if key not in rows.index or name not in rows:
        return None
    value = rows.at[key, name]
    return float(value) if is_known(value) else None


def _two_ways(answer: Answer, *, tile: Tile, ctx: Context) -> Chart:
    """Two times are one line; else the second dimension's values are the series, stacked where they add up."""
    over, by = dimensions_of(answer)[:2]
    if {over, by} == {"date", "hour"}:
        return _by_hours(answer, tile=tile, ctx=ctx)
    if by in TIMES:
        over, by = by, over
    keys = sorted(key for key in answer.frame[over].unique() if is_known(key))
    sums = answer.frame.groupby(by)["value"].sum().sort_values(ascending=False)
    table = answer.frame.pivot_table(index=over, columns=by, values="value", aggfunc="first")
    series = tuple(
        Series(_label(by, key, ctx), tuple(_number(table, each, key) for each in keys))
        for key in sums.index[:LINES]
    )
    adds_up = answer.metric.kind in ("count", "amount")
    kind = "stacked" if adds_up else "lines" if over in TIMES else "columns"
    labels = tuple(_label(over, key, ctx) for key in keys)
    return Chart(kind=kind, categories=labels, series=series, **_facts([answer], tile, ctx))


def _by_hours(answer: Answer, *, tile: Tile, ctx: Context) -> Chart:
    rows = answer.frame.dropna(subset=["date", "hour"]).sort_values(["date", "hour"]).tail(HOURS)
    labels = tuple(f"{str(row.date)[5:10]} {int(row.hour):02d}" for row in rows.itertuples())
    values = tuple(float(each) if is_known(each) else None for each in rows["value"])
    series = (Series(ctx.pick(answer.metric.label), values),)
    return Chart(kind="lines", categories=labels, series=series, **_facts([answer], tile, ctx))


def size_of(chart: Chart) -> tuple[float, float]:
    """Returns width and height in mm: lying bars need a line each."""
    if chart.kind != "bars":
        return WIDE_MM, 80.0
    lines = len(chart.categories) * max(1.0, 0.6 * len(chart.series))
    return WIDE_MM, max(60.0, 28.0 + 6.0 * lines)


def _label(column: str, key: object, ctx: Context) -> str:
    if column == "date":
        return str(key)[5:10]
    return str(key)[:7] if column == "month" else str(ctx.label(column, key))


def _risk_map(risk: pd.DataFrame, *, tile: Tile, ctx: Context) -> AreaPicture:
    domain = ctx.filters.domain_code or "overall"
    rows = risk[risk["domain_code"] == domain]
    marks = tuple(
        AreaMark(
            area_id=row.grid_id,
            class_code=row.class_code if row.class_code in RISK_CLASSES else "none",
            is_hatched=bool(is_known(row.is_hatched) and row.is_hatched),
            label=ctx.name("area", row.grid_id),
        )
        for row in rows.itertuples()
    )
    of = ctx.t("map.overall") if domain == "overall" else ctx.name("domain", domain)
    return AreaPicture(
        title=f"{tile.printed(ctx)} · {of}".strip(" ·"),
        level="grid",
        marks=marks,
        legend=tuple((code, ctx.t(f"map.class_{code}")) for code in RISK_CLASSES),
        source=source_text(ctx, as_of_at=ctx.as_of_at),
    )
