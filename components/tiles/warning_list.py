"""Open warnings (预警清单): where, what, how many against how many expected, why, the rows, and a way to set it aside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from dash import html

from components.context import Context
from components.numbers import count_text, is_known, number_text
from components.panel import instant_text
from components.tiles.base import Tile
from components.ways import pick_marks
from data.listing import Listing
from data.request import Filters
from data.warnings import with_parts

MANY = 30
REASONS = ("known_cause", "data_fault", "acted_on", "not_relevant", "other")
WORDS = ("confirm", "reason", "remark", "dismissed", "refused", "none_dismissed", "still")
HEADS = (
    "warning_code",
    "area_id",
    "category_code",
    "observed_count",
    "expected_count",
    "exceed_ratio",
    "why",
    "act",
)


@dataclass(frozen=True, kw_only=True)
class WarningList(Tile):
    """The warnings as of the page's instant; those set aside move below, told by the server (assets/warning.js)."""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the warnings within the page's area and kind of incident, and the rule."""
        picked = [("category_code", ctx.filters.category_code), ("domain_code", ctx.filters.domain_code)]
        picked += [each for each in ctx.filters.picked if each[0] == "warning_code"]
        filters = Filters(area_id=ctx.filters.area_id, picked=tuple(each for each in picked if each[1]))
        return {
            "rows": Listing("warnings_open", filters=filters),
            "parts": Listing("clusters_open", filters=filters),
            "rule": Listing("warning_rules"),
        }

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table, or that there is none, and how warnings are judged."""
        rows, rule = with_parts(answers["rows"], answers["parts"]), answers["rule"]
        if rule.empty or not is_known(rule["forecast_at"].iloc[0]):
            return (html.P(ctx.t("warning.no_forecast"), className="empty"),)
        note = html.P(self._note(rows, rule.iloc[0], ctx), className="note")
        kept = html.Div(
            className="warnings-kept",
            **{"data-says": said(ctx), "data-reasons": " ".join(REASONS), "data-lang": ctx.lang},
        )
        if rows.empty:
            return ([html.P(ctx.t("warning.calm"), className="empty calm"), note, kept],)
        head = html.Thead(
            html.Tr([html.Th(ctx.t(f"warning.head_{name}"), className=_side(name)) for name in HEADS])
        )
        body = html.Tbody([self._line(row, ctx) for row in rows.head(MANY).to_dict("records")])
        table = html.Table([head, body], className="table warnings")
        more = [html.P(ctx.t("warning.more", count=count_text(len(rows) - MANY)), className="note")]
        counted = html.P(ctx.t("warning.all", count=count_text(len(rows))), className="note wall-count")
        return (
            [html.Div(table, className="scroll"), counted, *(more if len(rows) > MANY else []), note, kept],
        )

    def _note(self, rows, rule, ctx: Context) -> str:
        return ctx.t(
            "warning.how",
            least=count_text(rule["least_count"]),
            ratio=number_text(rule["least_ratio"], "{:.1f}"),
            wide=number_text(rule["wide_ratio"], "{:.1f}"),
            share=number_text(rule["false_alarm_pct"], "{:.0f}%"),
            warned=count_text(rule["warned_count"]),
            judged=count_text(rule["judged_count"]),
        )

    def _line(self, row: Mapping, ctx: Context) -> html.Tr:
        expected = [
            html.B(expected_text(row["expected_count"]), className="digits"),
            _interval(row, ctx),
        ]
        cells = {
            "warning_code": html.Td(
                html.Span(ctx.t(f"warning.{row['warning_code']}"), className="warning-kind")
            ),
            "area_id": html.Td(_where(row, ctx), **pick_marks("area_id", row["area_id"], ctx)),
            "category_code": html.Td(what_text(row, ctx)),
            "observed_count": html.Td(
                html.A(count_text(row["observed_count"]), className="link digits", **rows_of(row, ctx)),
                className="right",
            ),
            "expected_count": html.Td(expected, className="right"),
            "exceed_ratio": html.Td(
                html.B(number_text(row["exceed_ratio"], "×{:.1f}"), className="digits"), className="right"
            ),
            "why": html.Td(why_text(row, ctx), className="warning-why"),
            # Of a cluster that reaches further only who sees the whole may say that it needs nothing.
            "act": html.Td(_dismiss(ctx), className="right")
            if ctx.may("cases") and not row["is_part"]
            else html.Td(),
        }
        marks = {"data-warning": row["warning_id"], "data-until": instant_text(row["window_to_at"])}
        return html.Tr([cells[name] for name in HEADS], **marks)


def _side(name: str) -> str:
    return "right" if name.endswith(("_count", "_ratio")) or name == "act" else ""


def _where(row: Mapping, ctx: Context) -> str:
    name = ctx.label("area_id", row["area_id"])
    grids = row.get("grid_list")
    if not isinstance(grids, str) and is_known_list(grids) and len(grids) > 1:
        return ctx.t("warning.around", name=name, count=len(grids) - 1)
    return name


def is_known_list(value: object) -> bool:
    """Whether a cell holds a list."""
    return hasattr(value, "__len__") and not isinstance(value, str)


def what_text(row: Mapping, ctx: Context) -> str:
    """Returns the category, the domain, or all incidents."""
    if is_known(row.get("category_code")):
        return ctx.name("category", row["category_code"])
    return (
        ctx.t("warning.every")
        if row["domain_code"] == "all"
        else ctx.label("domain_code", row["domain_code"])
    )


def _interval(row: Mapping, ctx: Context) -> html.Small | str:
    if not is_known(row.get("low_count")) or not is_known(row.get("high_count")):
        return ""
    return html.Small(
        f" {count_text(row['low_count'])}–{count_text(row['high_count'])}", title=ctx.t("warning.interval")
    )


def why_text(row: Mapping, ctx: Context) -> str:
    """Returns in a sentence why this is a warning."""
    since, until = ctx.local(row["window_from_at"]), ctx.local(row["window_to_at"])
    is_weekly = row["warning_code"] == "burst_week"
    if is_weekly:
        until -= timedelta(days=1)
    times = "%m-%d" if is_weekly else "%m-%d %H:%M"
    return ctx.t(
        f"warning.why_{'part' if row['is_cut'] else row['warning_code']}",
        since=f"{since:{times}}",
        until=f"{until:{times}}",
        count=count_text(row["observed_count"]),
        expected=expected_text(row["expected_count"]),
        chance=_chance(row["tail_pct"]),
        tried=count_text(row["tried_count"]),
    )


def expected_text(value: float) -> str:
    """Returns an expected count; below one with two digits, never as a plain zero."""
    if value < 0.005:
        return "<0.01"
    return number_text(value, "{:,.1f}" if value >= 1 else "{:.2f}")


def _chance(percent: float) -> str:
    """Returns a chance in per cent, very small ones as a bound."""
    if percent < 0.0001:
        return "<0.0001%"
    return number_text(percent, "{:.4f}%" if percent < 0.01 else "{:.2f}%")


def rows_of(row: Mapping, ctx: Context) -> dict[str, str]:
    """Returns the way to the rows counted: the same area, kind and window."""
    period = "24h" if row["warning_code"] == "burst_day" else _days_of(row, ctx)
    grids = row.get("grid_list")
    is_wide = is_known_list(grids) and len(grids) > 1
    domain = (
        row["domain_code"] if row["domain_code"] != "all" and not is_known(row.get("category_code")) else None
    )
    return ctx.to_cases(
        "/incidents",
        period=period,
        area=None if is_wide or row["area_id"] == "town" else row["area_id"],
        category=row["category_code"] if is_known(row.get("category_code")) else None,
        domain=domain,
        pick=None,
        source=None,
        department=None,
        x="area:" + "|".join(sorted(grids)) if is_wide else None,
    )


def _days_of(row: Mapping, ctx: Context) -> str:
    """Returns the period of whole days; of the running day up to the hour."""
    since, until = ctx.local(row["window_from_at"]), ctx.local(row["window_to_at"])
    if until.hour:
        return f"{since:%Y-%m-%d}..{until:%Y-%m-%dT%H}"
    return f"{since:%Y-%m-%d}..{until - timedelta(days=1):%Y-%m-%d}"


def _dismiss(ctx: Context) -> html.Div:
    """Returns what opens the form that sets a warning aside; the browser makes and sends it (assets/warning.js)."""
    button = html.Button(
        ctx.t("warning.dismiss"), type="button", className="desk-button", **{"data-dismiss": "1"}
    )
    return html.Div([button, html.Div(className="warning-form")], className="warning-dismiss")


def said(ctx: Context) -> str:
    """Returns the words the browser needs, as JSON."""
    words = {name: ctx.t(f"warning.{name}") for name in WORDS}
    return json.dumps(
        words | {f"reason_{each}": ctx.t(f"warning.reason_{each}") for each in REASONS}, ensure_ascii=False
    )
