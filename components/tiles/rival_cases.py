"""Where two readings part (口径差异): how the cases fall under both, and the cases that make the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from dash import html
from dash.development.base_component import Component

from components.context import Context
from components.door import Rivalry
from components.numbers import count_text, instant_short
from components.tiles.base import Tile
from components.tiles.kpi_card import number, sample_text
from data.catalogue import catalogue
from data.request import Request

PARAMETER = "compare"
COLUMNS = ("first_signal_at", "incident_id", "category_code", "department_id", "grid_id", "stage_code")


@dataclass(frozen=True, kw_only=True)
class RivalCases(Tile):
    """`families`: metrics that read one promise, the headline first; the address chooses a pair (`?compare=a~b`)."""

    families: tuple[tuple[str, ...], ...]

    def metrics(self) -> tuple[str, ...]:
        """Returns every metric that can be compared."""
        return tuple(dict.fromkeys(name for family in self.families for name in family))

    def pair(self, ctx: Context) -> tuple[str, str]:
        """Returns the pair chosen; the first two of the first family when none is."""
        left, _, right = ctx.view.params.get(PARAMETER, "").partition("~")
        known = [family for family in self.families if left in family and right in family and left != right]
        return (left, right) if known else self.families[0][:2]

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns both numbers and where they part."""
        left, right = (Request(name, filters=ctx.filters) for name in self.pair(ctx))
        return {"left": left, "right": right, "apart": Rivalry(left, right)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the choice of pairs, both numbers with their gap, the crossing table and the cases."""
        left, right = self.pair(ctx)
        apart = answers["apart"]
        head = html.Ul(
            [_reading(name, answers[hand], ctx) for name, hand in ((left, "left"), (right, "right"))]
            + [html.Li(_gap(answers, apart, ctx), className="vital")],
            className="vitals rivals",
        )
        return (
            [
                self._choice(ctx),
                head,
                html.Div([_crossing(apart, ctx), _cases(apart, ctx)], className="rival-body"),
            ],
        )

    def _choice(self, ctx: Context) -> Component:
        chosen = self.pair(ctx)
        links = []
        for family in self.families:
            for left, right in combinations(family, 2):
                if left != family[0]:
                    continue
                names = " ↔ ".join(ctx.pick(catalogue().metric(name).label) for name in (left, right))
                state = "choice is-on" if (left, right) == chosen else "choice"
                links.append(
                    html.A(names, href="#", className=state, **{"data-set": f"{PARAMETER}={left}~{right}"})
                )
        return html.Nav(links, className="choices wraps")


def _reading(name: str, answer, ctx: Context) -> Component:
    metric, row = catalogue().metric(name), answer.frame.iloc[0]
    return html.Li(
        [
            html.Span(html.B(ctx.pick(metric.label)), className="vital-name"),
            number(name, row=row, ctx=ctx),
            html.Span(sample_text(name, row=row, ctx=ctx), className="kpi-sample"),
            html.Span(ctx.pick(metric.clocks), className="note"),
        ],
        className="vital",
    )


def _gap(answers: Mapping[str, object], apart, ctx: Context) -> list[Component]:
    values = [answers[hand].frame.iloc[0]["value"] for hand in ("left", "right")]
    known = all(value == value and value is not None for value in values)
    text = f"{values[1] - values[0]:+.1f}" if known else "—"
    return [
        html.Span(html.B(ctx.t("instruments.gap")), className="vital-name"),
        html.Span(text, className="digits gap"),
        html.Span(
            ctx.t("instruments.differing", count=count_text(apart.differing_count)), className="kpi-sample"
        ),
    ]


def side_word(side: str, ctx: Context) -> str:
    """Returns what a side of a reading is called."""
    return ctx.maybe(f"side.{side}", side)


def _crossing(apart, ctx: Context) -> Component:
    """Both sides of every pairing with its count; pairings on which the readings agree are quiet."""
    rows = [
        html.Tr(
            [
                html.Td(side_word(row.left_side, ctx)),
                html.Td(side_word(row.right_side, ctx)),
                html.Td(count_text(row.case_count), className="digits right"),
            ],
            className="is-thin" if row.left_side == row.right_side else "",
        )
        for row in apart.sides.sort_values("case_count", ascending=False).itertuples()
    ]
    words = ("instruments.under_left", "instruments.under_right", "instruments.cases")
    head = html.Thead(html.Tr([html.Th(ctx.t(word)) for word in words]))
    return html.Div(html.Table([head, html.Tbody(rows)], className="table"), className="scroll")


def _cases(apart, ctx: Context) -> Component:
    if apart.cases.empty:
        return html.P(ctx.t("instruments.no_difference"), className="empty calm")
    head = [html.Th(ctx.column(name)) for name in COLUMNS]
    head += [html.Th(ctx.t(word)) for word in ("instruments.under_left", "instruments.under_right")]
    rows = [
        html.Tr([*_facts(row, ctx), _told(row, "left", ctx), _told(row, "right", ctx)])
        for row in apart.cases.to_dict("records")
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="table rows")
    return html.Div(table, className="scroll")


def _facts(row: dict, ctx: Context) -> list[Component]:
    own = str(row["incident_id"]).partition(":")[2]
    link = ctx.to_cases(f"/incidents/{row['incident_id']}")
    cells = [instant_short(row["first_signal_at"], ctx), html.A(own, **link) if link else own]
    cells += [ctx.label(name, row[name]) for name in COLUMNS[2:]]
    return [html.Td(each) for each in cells]


def _told(row: dict, hand: str, ctx: Context) -> Component:
    code = row[f"{hand}_excluded"]
    why = ctx.maybe(f"excluded.{code}", str(code)) if isinstance(code, str) else ""
    side = side_word(row[f"{hand}_side"], ctx)
    return html.Td(f"{side}：{why}" if why else side)
