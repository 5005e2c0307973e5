"""The wall in a headless Chromium: landed to painted, cold load against a static page, a filter click."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.arrival import Trial, note_arrival
from bench.measure import Book, Finding, Lap, count_text, median, percentile, seconds_of, time_text
from bench.serving import Served, post
from bench.static_page import STATIC_PORT, serving_folder, write_static
from scripts.prepare import find_browser

SIZE = {"width": 1920, "height": 1080}
COLD_AIM = 1.5
FILTER_AIM_S = 0.2
SHARED_AIM_S = 0.005
# Grids clicked by a pointer that came to rest, and how long it rests.
RESTED, RESTED_MS = 20, 400
# Ready: every chart drawn, the map's areas drawn, the numbers there.
_WATCH_READY = """
(() => {
  const ready = () => {
    const charts = document.querySelectorAll(".js-plotly-plot");
    const drawn = [...charts].filter((each) => each.querySelector(".main-svg"));
    const areas = document.querySelectorAll("path.leaflet-interactive, .map-copy path").length;
    const graphs = document.querySelectorAll(".dash-graph").length;
    const wanted = window.__charts === undefined ? graphs : window.__charts;
    return charts.length > 0 && drawn.length >= wanted && areas > 0;
  };
  const look = () => {
    if (!document.body || !ready()) return requestAnimationFrame(look);
    requestAnimationFrame(() => requestAnimationFrame(() => { window.__ready = performance.now(); }));
  };
  requestAnimationFrame(look);
})();
"""
# Notes when all ages carry a generation, painted; and the last change of a panel after a click.
_WATCH_CHANGES = """
(() => {
  window.__shown = {};
  window.__changed = 0;
  const quiet = ".age, [data-clock], [data-link]";
  const look = (changes) => {
    const told = changes.some((each) => {
      const at = each.target.nodeType === 1 ? each.target : each.target.parentElement;
      return at && !at.closest(quiet) && at.closest(".panel, .bare");
    });
    const ages = [...document.querySelectorAll(".age[data-generation]")];
    const marks = ages.map((each) => Number(each.dataset.generation));
    const oldest = marks.length ? Math.min(...marks) : 0;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (told) window.__changed = performance.now();
      if (oldest && !window.__shown[oldest]) window.__shown[oldest] = Date.now();
    }));
  };
  const start = () => new MutationObserver(look).observe(document.body, {
    childList: true, subtree: true, characterData: true, attributes: true,
  });
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
"""


# When the newest answer of the server had arrived (0: none yet), when a panel last changed, and the time now.
_ANSWERED = """
(() => {
  const answers = performance.getEntriesByType("resource").filter((each) => each.name.includes("_dash-update"));
  return [Math.max(0, ...answers.map((each) => each.responseEnd)), window.__changed, performance.now()];
})()
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yields a headless Chromium."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(browser: Browser, served: Served | None, script: str) -> Iterator[tuple[BrowserContext, Page]]:
    """Yields a page with an empty cache, signed in where there is somebody to sign in to."""
    context = browser.new_context(viewport=SIZE, bypass_csp=True)
    if served:
        context.add_cookies(
            [{"name": name, "value": value, "url": served.url} for name, value in served.cookies.items()]
        )
    context.add_init_script(script)
    page = context.new_page()
    try:
        yield context, page
    finally:
        context.close()


def measure_cold_load(book: Book, browser: Browser, served: Served, *, root: Path, runs: int = 5) -> None:
    """Opens the wall and a static page with the same charts and map by turns, each with an empty cache."""
    with visiting(browser, served, _WATCH_READY) as (_, page):
        page.goto(served.url)
        page.wait_for_function("window.__ready")
        page.wait_for_timeout(500)
        write_static(page, root)
    with serving_folder(root / "static"):
        wall, partial, full = [], [], []
        for _ in range(runs):
            wall.append(_load(browser, served, served.url))
            partial.append(_load(browser, None, f"http://127.0.0.1:{STATIC_PORT}/partial.html"))
            full.append(_load(browser, None, f"http://127.0.0.1:{STATIC_PORT}/full.html"))
    ready = {name: median([each.seconds for each in laps]) for name, laps in _named(wall, partial, full)}
    work = {name: median([each.processor_s for each in laps]) for name, laps in _named(wall, partial, full)}
    share = ready["wall"] / ready["partial"]
    how = (
        f"wall {time_text(ready['wall'])}, static with the same partial bundle {time_text(ready['partial'])}, with the "
        f"full one {time_text(ready['full'])}; main-thread processor time {time_text(work['wall'])}, "
        f"{time_text(work['partial'])}, {time_text(work['full'])}"
    )
    book.note(
        Finding(
            "Browser",
            "cold load of the wall, share of a static page with the same charts and map",
            f"{share:.2f} x",
            f"<= {COLD_AIM} x",
            share <= COLD_AIM,
            how,
        )
    )


def _named(*laps: list[Lap]) -> list[tuple[str, list[Lap]]]:
    return list(zip(("wall", "partial", "full"), laps, strict=True))


def _load(browser: Browser, served: Served | None, url: str) -> Lap:
    """Returns when the page was ready and the processor time its main thread had used by then."""
    with visiting(browser, served, _WATCH_READY) as (context, page):
        tools = context.new_cdp_session(page)
        tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(url)
        page.wait_for_function("window.__ready", timeout=60_000)
        metrics = {each["name"]: each["value"] for each in tools.send("Performance.getMetrics")["metrics"]}
        return Lap(page.evaluate("window.__ready") / 1000, metrics["TaskDuration"])


def measure_shared_answer(book: Book, browser: Browser, served: Served) -> None:
    """Asks the server for the wall's refresh as the browser does, again and again: one answer for all walls."""
    asked: list[str] = []
    with visiting(browser, served, _WATCH_READY + _WATCH_CHANGES) as (_, page):
        page.goto(served.url)
        page.wait_for_function("window.__ready", timeout=60_000)
        page.wait_for_timeout(500)
        page.on("request", lambda each: asked.append(each.post_data or ""))
        _click_seconds(page, "source=police_110")
    body = max(asked, key=lambda each: each.count('"property"'))
    taken = seconds_of(lambda: post("/_dash-update-component", body, cookies=served.cookie_header), times=300)
    size = count_text(served.home.batch.count)
    p95 = percentile(taken, 0.95)
    value = f"p50 {time_text(median(taken))}, p95 {time_text(p95)}"
    what = f"wall refresh over HTTP at {size} reports, same generation and scope again"
    how = "whole request on a new connection, guard and compression included, 300 requests"
    book.note(
        Finding("Screens, server", what, value, f"< {time_text(SHARED_AIM_S)}", p95 < SHARED_AIM_S, how)
    )


def measure_filter_click(book: Book, browser: Browser, served: Served) -> None:
    """Clicks one source after the other on the wall; each answer is new to the server."""
    feeds = list(served.home.town.feeds_dir.glob("*.yaml"))
    sources = [path.stem for path in sorted(feeds) if not path.stem.endswith("_step")]
    with visiting(browser, served, _WATCH_READY + _WATCH_CHANGES) as (_, page):
        page.goto(served.url)
        page.wait_for_function("window.__ready", timeout=60_000)
        page.wait_for_timeout(1000)
        taken = [_click_seconds(page, f"source={source}") for source in sources]
        again = [_click_seconds(page, f"source={source}") for source in sources]
        rested = _rested_seconds(page)
    size = count_text(served.home.batch.count)
    for label, values in (
        ("first time", taken),
        ("again", again),
        ("first time, by a pointer that came to rest", rested),
    ):
        slow = percentile(values, 0.95)
        book.note(
            Finding(
                "Browser",
                f"filter click redraws all tiles of the wall, {size} reports, {label}",
                f"p50 {time_text(median(values))}, slowest {time_text(slow)}",
                f"<= {FILTER_AIM_S} s",
                slow <= FILTER_AIM_S,
                f"{len(values)} clicks, from the click to the last painted change",
            )
        )


def _click_seconds(page: Page, filters: str) -> float:
    """Sets a filter as a click does; returns click to last change after the answer, then quiet for 400 ms."""
    begun = page.evaluate(
        "(said) => { performance.clearResourceTimings(); const at = performance.now(); cockpit.filter(said); return at; }",
        filters,
    )
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        answered, changed, now = page.evaluate(_ANSWERED)
        if answered and changed > answered and now - changed > 400:
            return (changed - begun) / 1000
        time.sleep(0.05)
    raise TimeoutError(f"no answer was painted within 20 s of the click on {filters}")


def _rested_seconds(page: Page) -> list[float]:
    """Clicks grids of the map as a hand does: the pointer comes, stays 0.4 s, clicks; each view is new to the server."""
    taken = []
    grids = page.locator("path.grid")
    for place in range(0, min(grids.count(), RESTED * 4), 4):
        grids.nth(place).hover(force=True)
        page.wait_for_timeout(RESTED_MS)
        page.evaluate(
            "window.__changed = 0; "
            "addEventListener('click', () => (window.__begun = performance.now()), {once: true, capture: true})"
        )
        page.mouse.down()
        page.mouse.up()
        page.wait_for_function(
            "window.__changed && performance.now() - window.__changed > 600", timeout=20_000
        )
        taken.append(page.evaluate("(window.__changed - window.__begun) / 1000"))
        page.evaluate("cockpit.filter('area=')")  # the map goes back to the whole town
        page.wait_for_timeout(1000)
    return taken


def measure_painted(book: Book, browser: Browser, served: Served, *, trial: Trial) -> None:
    """Drops files while the wall is open; counts until every tile carries the new generation, painted."""
    taken = []
    with visiting(browser, served, _WATCH_READY + _WATCH_CHANGES) as (_, page):
        page.goto(served.url)
        page.wait_for_function("window.__ready", timeout=60_000)
        page.wait_for_function("Object.keys(window.__shown).length > 0")
        for _ in range(trial.drops):
            before = page.evaluate("Math.max(...Object.keys(window.__shown).map(Number))")
            landed = trial.dropper.drop()
            page.wait_for_function(
                f"Object.keys(window.__shown).some((each) => Number(each) > {before})", timeout=30_000
            )
            shown = page.evaluate("Object.entries(window.__shown).sort((a, b) => b[0] - a[0])[0][1]")
            taken.append(shown / 1000 - landed)
            page.wait_for_timeout(300 + 37 * (len(taken) % 11))
    note_arrival(
        book, "painted on the wall, every tile", taken, size=served.home.batch.count, aim_s=trial.aim_s
    )
