"""The question in words and its whole number (查询条件): which metric, by what; all of it in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.measure import figure, note_text, only_row, written_value
from components.numbers import count_text
from components.panel import info_button
from components.question import BuiltQuestion, question_of
from components.tiles.base import Tile
from components.tiles.kpi_card import range_text
from data.catalogue import catalogue

TIME_WORDS = {"date": "query.by_date", "month": "query.by_month"}


@dataclass(frozen=True, kw_only=True)
class QueryBar(Tile):
    """Selects for metric and dimensions, the total, what was left out and what the filters do not apply to."""

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the number as a whole."""
        return {"total": question_of(ctx).total(ctx)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the selects and the number."""
        asked, answer = question_of(ctx), answers["total"]
        fields = html.Div(
            [
                _found_by_name(_field("query.metric", _metrics(asked, ctx), ctx=ctx), ctx),
                _field("query.by", _dimensions(asked, 0, ctx), ctx=ctx),
                _field("query.then", _dimensions(asked, 1, ctx), ctx=ctx),
            ],
            className="query-fields",
        )
        return (
            [html.Div([fields, _total(asked, answer, ctx)], className="query-bar"), *_notes(answer, ctx)],
        )


def _field(word: str, select, *, ctx: Context):
    return html.Label([html.Span(ctx.t(word), className="quiet"), select], className="query-field")


def _found_by_name(field, ctx: Context):
    """Returns a field with several hundred choices, with a way to find one by a part of its name."""
    marks = {"data-find": "", "data-none": ctx.t("query.none_found")}
    button = html.Button(ctx.t("query.find"), className="link query-find", type="button", **marks)
    return html.Div([field, button], className="query-found", **{"data-finds": ""})


def _metrics(asked: BuiltQuestion, ctx: Context):
    """Returns every metric, those of one mart together."""
    by_mart: dict[str, list] = {}
    for metric in catalogue().metrics.values():
        by_mart.setdefault(metric.model, []).append(metric)
    groups = []
    for mart, metrics in by_mart.items():
        listed = sorted(metrics, key=lambda each: ctx.pick(each.label))
        options = [
            html.Option(ctx.pick(each.label), value=each.id, title=ctx.pick(each.meaning)) for each in listed
        ]
        groups.append((ctx.pick(catalogue().mart(mart).label), options))
    groups.sort(key=lambda each: each[0])
    boxes = [html.Optgroup(options, label=label) for label, options in groups]
    marks = {"data-param": "metric", "data-value": asked.metric, "aria-label": ctx.t("query.metric")}
    return html.Select(boxes, **marks)


def _dimensions(asked: BuiltQuestion, place: int, ctx: Context):
    chosen = asked.by[place] if place < len(asked.by) else ""
    other = asked.by[1 - place] if 1 - place < len(asked.by) else ""
    options = [html.Option(ctx.t("query.by_nothing"), value="none")]
    options += [html.Option(dimension_text(name, ctx), value=name) for name in asked.choices if name != other]
    key = "then" if place else "by"
    marks = {"data-param": key, "data-value": chosen or "none", "aria-label": ctx.t(f"query.{key}")}
    return html.Select(options, **marks)


def question_text(ctx: Context) -> str:
    """Returns the question in words, as a file that answers it is called."""
    asked = question_of(ctx)
    metric = ctx.pick(asked.definition.label)
    by = ctx.t("query.and").join(dimension_text(name, ctx) for name in asked.by)
    return ctx.t("query.question", metric=metric, by=by) if by else metric


def dimension_text(name: str, ctx: Context) -> str:
    """Returns what a dimension is called."""
    return ctx.t(TIME_WORDS[name]) if name in TIME_WORDS else ctx.column(name)


def _total(asked: BuiltQuestion, answer, ctx: Context):
    metric, row = asked.definition, only_row(answer)
    interval = range_text(row.get("low"), row.get("high"), metric, ctx=ctx)
    _, unit = written_value(asked.metric, row, ctx)
    return html.Div(
        [
            html.Span([ctx.pick(metric.label), info_button(asked.metric, ctx=ctx)], className="quiet"),
            html.Span(
                [
                    figure(asked.metric, row, ctx=ctx, as_of_at=answer.as_of_at),
                    # a long duration says its own unit
                    *([html.Span(unit, className="unit")] if unit == ctx.pick(metric.unit) else []),
                ],
                className="query-number",
            ),
            html.Span(
                " · ".join(
                    part
                    for part in (
                        note_text(asked.metric, row, ctx),
                        ctx.t("kpi.interval", interval=interval) if interval else "",
                        reached(answer, ctx),
                    )
                    if part
                ),
                className="note",
            ),
        ],
        className="query-total",
    )


def reached(answer, ctx: Context) -> str:
    """Returns the instant an answer holds for and its generation."""
    local = ctx.local(answer.as_of_at)
    at = "—" if local is None else f"{local:%Y-%m-%d %H:%M}"
    return ctx.t("query.as_of", at=at, generation=answer.generation)


def _notes(answer, ctx: Context) -> list:
    """Returns what was left out of the number and which filters its data do not have."""
    lines = []
    if answer.exclusions:
        parts = [
            f"{ctx.maybe(f'excluded.{code}', code)} {count_text(count)}"
            for code, count in sorted(answer.exclusions.items(), key=lambda each: -each[1])
        ]
        lines.append(html.P(ctx.t("query.left_out", parts=" · ".join(parts)), className="note"))
    if answer.ignored:
        names = "、".join(ctx.column(name) for name in answer.ignored)
        lines.append(html.P(ctx.t("query.ignored", names=names), className="note"))
    return lines
