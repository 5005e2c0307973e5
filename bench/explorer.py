"""The explorer: opening a view, any filter, a brush in the browser; against the same questions put to the files."""

from __future__ import annotations

import re
import time
from datetime import timedelta

from playwright.sync_api import Page, sync_playwright

from bench.homes import Home
from bench.measure import Book, Finding, Lap, count_text, laps_of, median, percentile, time_text
from bench.serving import Served
from data.connection import Store
from data.explore import open_view
from data.explore_cube import fetch_cross, fetch_cube, fetch_page
from data.explore_view import View, parse_selection
from data.period import local_date, midnight
from data.request import EVERYTHING, Filters
from scripts.prepare import find_browser

GROUP = "Explorer"
WINDOWS = (28, 365)
TIMES = 5
BRUSH_AIM_S = 0.1
LARGE = 10_000_000
FILTER_AIM_S = {False: 0.2, True: 0.4}  # by whether the home is large
SELECTIONS = (
    ("day", "feed:police_110;hour:8-17"),
    ("category", "area:G001|G002|G003|G004|G005|G006|G007;late:closed_late"),
    ("area", "category:noise_life|theft|accident"),
    ("stage", "severity:3|4"),
)
# The same dimensions as they stand in the published rows.
RAW = {
    "hour": "signal_hour",
    "area": "grid_id",
    "category": "category_code",
    "feed": "feed_id",
    "department": "department_id",
    "stage": "stage_code",
    "late": "coalesce(closed_at, $at) <= due_at",
    "severity": "severity_level",
    "repeat": "least(report_count, 6)",
    "h3": "handled_at <= dispatched_at + INTERVAL 3 HOUR",
    "ot": "closed_at <= due_at",
    "spent": "floor(5 * log2(greatest(1, epoch(handled_at - dispatched_at) / 60)))",
}


def measure_explorer(book: Book, home: Home, *, size: int) -> None:
    """Notes how long the server takes for a view, a filter, a cross table and a page of rows."""
    store = Store(home.settings.published_dir.parent, zone=home.town.zone)
    try:
        for days in WINDOWS:
            _measure_window(book, store, size=size, days=days)
    finally:
        store.close()


def _measure_window(book: Book, store: Store, *, size: int, days: int) -> None:
    first = midnight(local_date(store.as_of_at(), store.zone) - timedelta(days=days - 1), store.zone)
    views = [View("incident", Filters(first + timedelta(minutes=each))) for each in range(TIMES)]
    opened = iter(views)
    taken = laps_of(lambda: open_view(next(opened), scope=EVERYTHING, store=store), times=TIMES)
    table = open_view(views[-1], scope=EVERYTHING, store=store)
    name = f"{count_text(size)} reports, {days} days ({table.row_count:,} incidents)"
    raw = median([lap.processor_s for lap in laps_of(lambda: _raw(store, first), times=3)])
    _tell(book, f"{name}: view opened", taken, how="once per view, generation and asker; then kept")

    def ask(active: str, told: str) -> None:
        table.cubes.clear()
        fetch_cube(table, active, selection=parse_selection(told), store=store)

    filters = [laps_of(lambda each=each: ask(*each), times=TIMES) for each in SELECTIONS]
    worst = max(filters, key=lambda laps: median([lap.processor_s for lap in laps]))
    ratio = raw / max(1e-9, median([lap.processor_s for lap in worst]))
    how = f"worst of {len(SELECTIONS)} selections; the same questions to the files take {ratio:.1f} x the processor"
    _tell(book, f"{name}: any filter, all charts", worst, aim=FILTER_AIM_S[size >= LARGE], how=how)
    chosen = parse_selection(SELECTIONS[0][1])
    crossed = laps_of(
        lambda: fetch_cross(table, ("category", "area"), selection=chosen, store=store), times=TIMES
    )
    _tell(book, f"{name}: cross table", crossed)
    paged = laps_of(lambda: fetch_page(table, chosen, store=store, order="-at"), times=TIMES)
    _tell(book, f"{name}: page of rows", paged)


def _tell(book: Book, what: str, laps: list[Lap], *, aim: float | None = None, how: str = "") -> None:
    """Notes the median by the clock; what the processor did beside it, for a machine with other work."""
    worked = f"processor {time_text(median([lap.processor_s for lap in laps]))}"
    _note(
        book, what, median([lap.seconds for lap in laps]), aim=aim, how="; ".join(filter(None, (worked, how)))
    )


def _raw(store: Store, first) -> None:
    """Puts the questions of one cube to the published rows, without the explorer's table."""
    for expression in RAW.values():
        params = {"first": first} | ({"at": store.as_of_at()} if "$at" in expression else {})
        store.execute(
            f"SELECT signal_date, {expression}, count(*) FROM mart_incident WHERE first_signal_at >= $first "
            "AND cancelled_code IS NULL GROUP BY ALL",
            params,
        )


def measure_brush(book: Book, served: Served, *, size: int) -> None:
    """Notes how long a brush takes to redraw every chart, in the page, and a click on another chart until it is drawn."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        context.add_cookies(
            [{"name": name, "value": value, "url": served.url} for name, value in served.cookies.items()]
        )
        page = context.new_page()
        for days in WINDOWS:
            page.goto(f"{served.url}/incidents?period={days}d")
            page.wait_for_selector(".explorer[data-ready]", timeout=120_000)
            page.wait_for_timeout(1500)
            name = f"{count_text(size)} reports, {days} days"
            drawn = _brush(page)
            how = f"p95 of {len(drawn)} moves in Chromium; median {time_text(median(drawn))}; counts of all charts and numbers"
            _note(book, f"{name}: brush redraws", percentile(drawn, 0.95), aim=BRUSH_AIM_S, how=how)
            _note(
                book,
                f"{name}: click until drawn",
                median(_clicks(page)),
                aim=FILTER_AIM_S[size >= LARGE],
                how="another chart's bar, prefetched while the pointer comes, network and browser included",
            )
        browser.close()


def _brush(page: Page) -> list[float]:
    """Drags a brush over the days and returns how long each redraw took, in seconds."""
    page.evaluate("cockpit_explorer.redraws.length = 0")
    box = page.locator(".at-day canvas").bounding_box()
    left, wide, y = box["x"], box["width"], box["y"] + box["height"] / 2
    page.mouse.move(left + 0.1 * wide, y)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(left + (0.1 + 0.8 * step / 60) * wide, y)
    page.mouse.up()
    page.wait_for_timeout(300)
    return [each / 1000 for each in page.evaluate("cockpit_explorer.redraws")]


def _clicks(page: Page) -> list[float]:
    """Clicks bars of several charts and returns the time until the numbers changed, in seconds."""
    taken = []
    for chart in ("feed", "department", "severity", "category"):
        bar = page.locator(f".at-{chart} .ex-row").nth(1)
        bar.hover()
        before = page.inner_text(".ex-note")
        begun = time.perf_counter()
        bar.click()
        while page.inner_text(".ex-note") == before and time.perf_counter() - begun < 20:
            page.wait_for_timeout(4)
        taken.append(time.perf_counter() - begun)
        page.locator(f".at-{chart} .ex-undo").click()
        page.wait_for_timeout(800)
    return taken


def _note(book: Book, what: str, seconds: float, *, aim: float | None = None, how: str = "") -> None:
    told = f"<= {time_text(aim)}" if aim else ""
    is_met = None if aim is None else seconds <= aim
    book.note(Finding(GROUP, what, time_text(seconds), told, is_met, re.sub(r"\s+", " ", how)))
