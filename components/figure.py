"""What all charts share (图表底板): fonts, axes, margins as plain dicts, sized by the screen's scale."""

from __future__ import annotations

from components.context import Context
from components.theme import FIGURE_FONT

BASE_FONT_PX = 13
# A chart that fills its panel, without tools or links; zooming is by filters, not by dragging.
GRAPH_STYLE = {"height": "100%", "width": "100%"}
# What a chart is before its first drawing, and where that fails: nothing, on the panel's own ground.
BARE_FIGURE = {
    "data": [],
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    },
}


def graph_config(lang: str = "zh-CN") -> dict:
    """Returns the plotly configuration of a chart."""
    return {"displayModeBar": False, "responsive": True, "locale": lang, "doubleClick": False}


def base_layout(ctx: Context, **changes) -> dict:
    """Returns the layout every chart starts from."""
    theme, size = ctx.theme, BASE_FONT_PX * ctx.view.scale
    axis = {
        "gridcolor": theme.line,
        "linecolor": theme.line,
        "zeroline": False,
        "tickfont": {"color": theme.quiet, "size": size},
        "automargin": True,
        "fixedrange": True,
    }
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FIGURE_FONT, "size": size, "color": theme.text},
        "margin": {"l": 4, "r": 6 * ctx.view.scale, "t": 6 * ctx.view.scale, "b": 4, "pad": 2},
        "xaxis": {**axis, "showgrid": False},
        "yaxis": {**axis, "rangemode": "tozero", "nticks": 4, "showline": False},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": theme.raised,
            "bordercolor": theme.line,
            "font": {"size": size, "color": theme.text},
        },
        "bargap": 0.25,
        "legend": {
            "orientation": "h",
            "x": 1,
            "xanchor": "right",
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": size},
        },
    }
    for key, value in changes.items():
        layout[key] = {**layout[key], **value} if isinstance(layout.get(key), dict) else value
    return layout


def blank_figure(ctx: Context, text: str) -> dict:
    """Returns a chart that says why it is empty."""
    hidden = {"visible": False}
    note = {
        "text": text,
        "showarrow": False,
        "font": {"color": ctx.theme.quiet, "size": BASE_FONT_PX * ctx.view.scale},
    }
    return {"data": [], "layout": base_layout(ctx, xaxis=hidden, yaxis=hidden) | {"annotations": [note]}}
