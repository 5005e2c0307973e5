"""The page around the pages (外壳): the index with its files, and the layout every screen is put into."""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

from dash import html
from dash.development.base_component import Component

from components.context import View
from components.parts import held
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
    "ahead.js",
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
    "explorer_pair.js",
    "explorer_tables.js",
    "explorer_cross.js",
    "explorer.js",
    "query.js",
    "query_view.js",
)
# Plotly with its words, one file: it may come when it will.
CHARTS = ("vendor/plotly-basic.min.js", "vendor/plotly-locale-zh-cn.js")
# What one address delivers: a browser has six lines to a server, and each request costs the server a look at the session.
BUNDLES = {"screens.css": STYLES, "screens.js": SCRIPTS, "charts.js": CHARTS}
# Dash's own hook after each answer: see assets/drawn.js.
RENDERER = "var renderer = new DashRenderer({request_post: cockpit.spare});"
LATIN = {500: "fonts/barlow-latin-500-normal.woff2", 600: "fonts/barlow-latin-600-normal.woff2"}
_BESIDE = re.compile(rb'url\("(?!/|data:)')


def _address(path: str, content: bytes) -> str:
    return f"/assets/{path}?v={blake2b(content, digest_size=6).hexdigest()}"


@cache
def asset_url(name: str) -> str:
    """Returns the address of a file under assets/ with its content's hash: it may be kept for a year."""
    return _address(name, (ASSETS / name).read_bytes())


@cache
def bundle(name: str) -> bytes:
    """Returns the files of a bundle as one, in their order.

    Raises:
        KeyError: there is no bundle of that name.
    """
    parts = []
    for each in BUNDLES[name]:
        folder = (Path("/assets") / each).parent.as_posix()
        content = (ASSETS / each).read_bytes()
        # A style names files beside itself; the bundle stands elsewhere.
        parts.append(_BESIDE.sub(f'url("{folder}/'.encode(), content) if each.endswith(".css") else content)
    return (b"\n" if name.endswith(".css") else b"\n;\n").join(parts)


def bundle_url(name: str) -> str:
    """Returns the address of a bundle with its content's hash."""
    return _address(f"bundle/{name}", bundle(name))


def index() -> str:
    """Returns the HTML every page starts from.

    Plotly comes as the basic bundle and asynchronously: `window.Plotly` is a promise until the script ran and
    every chart waits for it, so numbers are on screen before charts.
    """
    faces = "".join(
        f'@font-face{{font-family:Barlow;font-weight:{weight};font-display:swap;src:url("{asset_url(name)}")}}'
        for weight, name in LATIN.items()
    )
    fonts = "".join(
        f'<link rel="preload" as="font" type="font/woff2" crossorigin href="{asset_url(name)}">'
        for name in LATIN.values()
    )
    return f"""<!DOCTYPE html>
<html lang="zh-CN" data-theme="dark">
<head>
{{%metas%}}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{%title%}}</title><link rel="icon" type="image/svg+xml" href="{asset_url("icon.svg")}">
<style>{css_variables()}{faces}</style><link rel="stylesheet" href="{bundle_url("screens.css")}">
<script src="{bundle_url("screens.js")}"></script>
<script async id="charts" src="{bundle_url("charts.js")}"></script>{fonts}{{%css%}}
</head>
<body>{{%app_entry%}}
<script>cockpit.awaitPlotly()</script>
<footer hidden>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body></html>"""


def make_layout() -> Component:
    """Returns the layout every screen is put into; it knows neither town nor visitor."""
    return html.Div(
        [
            held("window"),
            held("view"),
            held("place"),
            held("generation"),
            held("asked"),
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
