"""How the backlog moved (流量恒等式): open before, came, closed, cancelled, reopened, open now; and that it adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.door import Balance
from components.numbers import count_text
from components.tiles.base import Tile
from data.flow import Flow

# Part of the flow -> its sign and the side of open or counted rows it leads to.
PARTS = (("open_before", ""), ("came", "+"), ("closed", "−"), ("cancelled", "−"), ("reopened", "+"))


@dataclass(frozen=True, kw_only=True)
class FlowBalance(Tile):
    """The equation of the page's period; `metric` is the count of open cases it must end with."""

    def requests(self, ctx: Context) -> Mapping[str, Balance]:
        """Returns the flow over the period."""
        return {"flow": Balance(ctx.filters)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the equation; one that does not hold says so in words."""
        flow: Flow | None = answers["flow"]
        if flow is None:
            return (html.P(ctx.t("flag.outside"), className="empty"),)
        marks = {"data-generation": str(ctx.generation)}
        items = [_part(name, sign, flow, ctx=ctx, marks=marks) for name, sign in PARTS]
        items.append(_part("open_after", "=", flow, ctx=ctx, marks=marks))
        state = "flow.balanced" if flow.is_balanced else "flow.broken"
        note = html.P(ctx.t(state), className="note" + ("" if flow.is_balanced else " is-broken"))
        return ([html.Ul(items, className="flow-sum"), note],)


def _part(name: str, sign: str, flow: Flow, *, ctx: Context, marks: dict[str, str]):
    return html.Li(
        [
            html.Span(sign, className="flow-sign"),
            html.Span(ctx.t(f"flow.{name}"), className="flow-name"),
            html.B(
                count_text(getattr(flow, name)), className="digits", **{"data-kpi": f"flow:{name}", **marks}
            ),
        ]
    )
