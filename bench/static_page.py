"""What the wall is held against: the same charts and map on a page that needs no server."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from data.settings import REPOSITORY

STATIC_PORT = 8972


def write_static(page: Page, root: Path) -> None:
    """Copies what the wall shows (figures as data, the map as drawing) into pages that need no server."""
    folder = root / "static"
    folder.mkdir(parents=True, exist_ok=True)
    charts = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot')].map((each) => "
        "({data: each.data, layout: each.layout, "
        "width: each.clientWidth, height: each.clientHeight}))"
    )
    drawing = page.evaluate(
        "(document.querySelector('.leaflet-overlay-pane svg') || {outerHTML: ''}).outerHTML"
    )
    partial = REPOSITORY / "assets" / "vendor" / "plotly-basic.min.js"
    (folder / "partial.js").write_bytes(partial.read_bytes())
    from plotly.offline import get_plotlyjs

    (folder / "full.js").write_text(get_plotlyjs(), encoding="utf-8")
    for name in ("partial", "full"):
        boxes = "".join(
            f'<div id="c{n}" style="width:{each["width"]}px;height:{each["height"]}px"></div>'
            for n, each in enumerate(charts)
        )
        calls = "".join(
            f"Plotly.newPlot('c{n}', {json.dumps(each['data'])}, {json.dumps(each['layout'])}, "
            f"{{displayModeBar: false}});"
            for n, each in enumerate(charts)
        )
        (folder / f"{name}.html").write_text(
            f'<!DOCTYPE html><meta charset="utf-8"><script>window.__charts = {len(charts)}</script><script '
            f'src="{name}.js"></script>'
            f'<body><div class="map-copy">{drawing}</div>{boxes}<script>{calls}</script>',
            encoding="utf-8",
        )


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving_folder(folder: Path) -> Iterator[None]:
    """Serves a folder on this machine until the block ends."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", STATIC_PORT), functools.partial(_Quiet, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
