"""The page around the pages (外壳): the index with its files, and the layout every screen is put into."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path

from dash import dcc, html
from dash.development.base_component import Component

from components.context import View
from components.theme import css_variables
from components.words import word

ASSETS = Path(__file__).resolve().parent.parent / "assets"
STYLES = (
    "cockpit.css",
    "tiles.css",
    "modules.css",
    "economy.css",
    "wide.css",
    "takeover.css",
    "briefing.css",
    "explorer.css",
    "query.css",
    "warning.css",
    "fonts/han.css",
)
SCRIPTS = (
    "cockpit.js",
    "drawn.js",
    "live.js",
    "map.js",
    "areas.js",
    "buildings.js",
    "takeover.js",
    "warning.js",
    "export.js",
    "links.js",
    "choose.js",
    "briefing_paper.js",
    "briefing_plan.js",
    "briefing_desk.js",
    "briefing_runs.js",
    "admin.js",
    "explorer_core.js",
    "explorer_model.js",
    "explorer_charts.js",
    "explorer_map.js",
    "explorer_tables.js",
    "explorer.js",
    "query.js",
    "query_view.js",
)
# Dash's own hook after each answer: see assets/drawn.js.
RENDERER = "var renderer = new DashRenderer({request_post: cockpit.spare});"
LATIN = {500: "fonts/barlow-latin-500-normal.woff2", 600: "fonts/barlow-latin-600-normal.woff2"}


@cache
def asset_url(name: str) -> str:
    """Returns the address of a file under assets/ with its content's hash: it may be kept for a year."""
    digest = blake2b((ASSETS / name).read_bytes(), digest_size=6).hexdigest()
    return f"/assets/{name}?v={digest}"


def index() -> str:
    """Returns the HTML every page starts from.

    Plotly comes as the basic bundle and asynchronously: `window.Plotly` is a promise until the script ran and
    dcc.Graph waits for it, so numbers are on screen before charts and the full bundle is never fetched.
    """
    styles = "".join(f'<link rel="stylesheet" href="{asset_url(name)}">' for name in STYLES)
    faces = "".join(
        f'@font-face{{font-family:Barlow;font-weight:{weight};font-display:swap;src:url("{asset_url(name)}")}}'
        for weight, name in LATIN.items()
    )
    plotly, locale = asset_url("vendor/plotly-basic.min.js"), asset_url("vendor/plotly-locale-zh-cn.js")
    scripts = "".join(f'<script src="{asset_url(name)}"></script>' for name in SCRIPTS)
    return f"""<!DOCTYPE html>
<html lang="zh-CN" data-theme="dark">
<head>
{{%metas%}}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{%title%}}</title><link rel="icon" type="image/svg+xml" href="{asset_url("icon.svg")}">
<style>{css_variables()}{faces}</style>{styles}{scripts}{{%css%}}
</head>
<body>{{%app_entry%}}
<script>cockpit.loadPlotly("{plotly}", "{locale}")</script>
<footer hidden>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body></html>"""


def make_layout() -> Component:
    """Returns the layout every screen is put into; it knows neither town nor visitor."""
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="window"),
            dcc.Store(id="view"),
            dcc.Store(id="place"),
            dcc.Store(id="generation"),
            dcc.Store(id="asked"),
            html.Div(id="stage"),
            html.Aside(id="drawer", className="drawer", hidden=True),
        ],
        id="shell",
    )


def missing_page(view: View) -> Component:
    """Returns what an address without a page shows."""
    return html.Main(
        [
            html.H1(word("shell.no_page", view.lang)),
            html.A(word("shell.to_overview", view.lang), href="/", className="link"),
        ],
        className="missing",
    )
