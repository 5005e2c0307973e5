"""The explorer in a browser: every chart equals SQL on the published files, a link brings the screen back."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from data.connection import Store

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ZONE = ZoneInfo("Asia/Shanghai")
COLUMNS = {
    "category": "category_code",
    "feed": "feed_id",
    "department": "department_id",
    "severity": "CAST(severity_level AS VARCHAR)",
}
COUNTED = "cancelled_code IS NULL AND first_signal_at <= (SELECT as_of_at FROM meta)"
READY = ".explorer[data-ready], .explorer.is-failed"


@pytest.fixture(scope="module")
def store(served):
    opened = Store(served.home, zone=ZONE)
    yield opened
    opened.close()


@pytest.fixture
def explored(open_page):
    def opened(search: str = "", *, refused: str = ""):
        page = open_page(f"/incidents?period=28d{search}", waits_for=READY, refused=refused)
        page.wait_for_selector(".ex-map path.ex-grid")
        page.wait_for_timeout(700)
        return page

    return opened


def _settled(page) -> None:
    page.wait_for_timeout(900)


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text.split("|")[0]) or 0)


def _shown(page, dim: str) -> dict[str, int]:
    rows = page.eval_on_selector_all(
        f".at-{dim} .ex-row",
        "all => all.map((row) => [row.dataset.code, row.querySelector('.ex-count').textContent])",
    )
    return {code: _number(text) for code, text in rows if _number(text)}


def _sign(page, name: str, *, side: int = 0) -> str:
    return page.locator(f"[data-sign={name}] b").nth(side).inner_text()


def _counts(store, where: str, column: str) -> dict[str, int]:
    frame = store.execute(
        f"SELECT coalesce({column}, '') AS code, count(*) AS n FROM mart_incident WHERE {COUNTED} AND {where} GROUP BY 1"
    )
    return dict(zip(frame["code"], frame["n"], strict=True))


def _total(store, where: str) -> int:
    return int(store.execute(f"SELECT count(*) AS n FROM mart_incident WHERE {COUNTED} AND {where}")["n"][0])


def _days(page) -> tuple[str, str]:
    return re.search(
        r"day:(\S+?)\.\.(\d{4}-\d{2}-\d{2})", page.evaluate("decodeURIComponent(location.search)")
    ).groups()


def _brush_days(page, since: float, until: float) -> None:
    box = page.locator(".at-day canvas").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + since * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + until * box["width"], y, steps=6)
    page.mouse.up()
    _settled(page)


def test_a_brush_and_a_click_filter_every_chart_and_the_rows_and_a_link_brings_them_back(explored, store):
    page = explored()
    page.locator(".at-day canvas").scroll_into_view_if_needed()
    _brush_days(page, 0.3, 0.7)
    since, until = _days(page)
    within = f"signal_date BETWEEN DATE '{since}' AND DATE '{until}'"
    for dim, column in COLUMNS.items():
        assert _shown(page, dim) == _counts(store, within, column), dim
    feed = max(_shown(page, "feed").items(), key=lambda each: each[1])[0]
    page.click(f".at-feed [data-code={feed}]")
    _settled(page)
    both = f"{within} AND feed_id = '{feed}'"
    for dim, column in COLUMNS.items():
        assert _shown(page, dim) == _counts(store, within if dim == "feed" else both, column), dim
    assert _number(_sign(page, "n")) == _total(store, both) > 0
    assert f"共 {_total(store, both):,} 条" in page.inner_text(".ex-table .pager")
    told = page.inner_text(".ex-signs")
    again = explored("&" + page.url.partition("period=28d&")[2])
    assert again.inner_text(".ex-signs") == told
    assert again.locator(f".at-feed [data-code={feed}][aria-pressed=true]").count() == 1
    again.locator(".ex-rows tbody a").first.click()
    again.wait_for_selector(".tile-clocks tbody tr")
    again.go_back()
    again.wait_for_selector(READY)
    _settled(again)
    assert again.inner_text(".ex-signs") == told


def test_a_rectangle_on_the_map_and_hours_by_keyboard(explored, store):
    page = explored()
    page.locator(".ex-map").scroll_into_view_if_needed()
    box = page.locator(".ex-map").bounding_box()
    page.mouse.move(box["x"] + 0.35 * box["width"], box["y"] + 0.35 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"], steps=5)
    page.mouse.up()
    _settled(page)
    grids = page.eval_on_selector_all(".ex-grid.is-on", "all => all.map((grid) => grid.dataset.area)")
    listed = ", ".join(f"'{grid}'" for grid in grids)
    first = page.evaluate("document.querySelector('.explorer').dataset.generation")
    assert len(grids) > 3
    assert first == str(store.generation())
    page.focus(".at-hour canvas")
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    _settled(page)
    assert "hour:0-2" in page.evaluate("decodeURIComponent(location.search)")
    days = page.evaluate("new URLSearchParams(location.search).get('period')")
    start = store.execute(f"SELECT CAST(local_at(as_of_at) AS DATE) - {int(days[:-1]) - 1} AS day FROM meta")[
        "day"
    ][0]
    where = f"signal_date >= DATE '{str(start)[:10]}' AND grid_id IN ({listed}) AND signal_hour <= 2"
    assert _number(_sign(page, "n")) == _total(store, where)
    page.keyboard.press("Escape")
    _settled(page)
    assert _number(_sign(page, "n")) == _total(store, where.replace("AND signal_hour <= 2", ""))


def test_two_periods_stand_side_by_side_and_the_cross_table_adds_up(explored, store):
    page = explored()
    page.select_option(".ex-bar-top select", "before")
    _settled(page)
    since, until = _days(page)
    assert since < until  # the day that is not over is left out on both sides
    one = f"signal_date BETWEEN DATE '{since}' AND DATE '{until}'"
    other = f"signal_date BETWEEN DATE '{since}' - 28 AND DATE '{until}' - 28"
    assert _number(_sign(page, "n")) == _total(store, one)
    assert _number(_sign(page, "n", side=1)) == _total(store, other)
    assert "…" in page.inner_text("[data-sign=n] .ex-sign-gap")
    page.click(".ex-tabs [data-tab=cross]")
    page.select_option(".ex-table:not([hidden]) .ex-fields select >> nth=1", "severity")
    page.wait_for_selector(".ex-cross tbody td .ex-other")
    _settled(page)
    for side, where in enumerate((one, other)):
        rows = _cells(page, side)
        assert all(sum(row[:-1]) == row[-1] for row in rows)
        assert [sum(column) for column in zip(*rows[:-1], strict=True)] == rows[-1]
        assert rows[-1][-1] == _total(store, where) > 0
    assert re.search(
        r"[+−]\d+% \(.+ … .+\)", page.locator(".ex-cross tr.ex-sum td .ex-gap").last.inner_text()
    )
    page.click(".ex-tabs [data-tab=rows]")
    page.click(".ex-sides [data-side='1']")
    page.wait_for_selector(".ex-table[data-shown=B] .ex-rows tbody tr")
    _settled(page)
    again = explored("&" + page.url.partition("period=28d&")[2])
    for each in (page, again):
        assert f"共 {_total(store, other):,} 条" in each.inner_text(".ex-table .pager")
        days = each.eval_on_selector_all(
            ".ex-rows tbody tr", "all => all.map((row) => row.cells[0].textContent.slice(0, 10))"
        )
        assert days and max(days) < since


def _cells(page, side: int) -> list[list[int]]:
    """Returns the numbers of one side in the cross table, the totals last."""
    script = """(all, side) => all.map((row) => [...row.cells].slice(1).map((cell) => {
        const told = cell.querySelectorAll(".ex-other, span:not(.ex-versus, .ex-other)");
        return told.length ? told[side].textContent : "0";
    }))"""
    return [
        [_number(cell) for cell in row]
        for row in page.eval_on_selector_all(".ex-cross tbody tr", script, side)
    ]


def test_a_code_nobody_knows_selects_nothing_and_can_be_taken_back(explored):
    page = explored("&x=category:no_such_code")
    assert _number(_sign(page, "n")) == 0
    page.click(".at-category .ex-undo")
    _settled(page)
    assert _number(_sign(page, "n")) > 0
    assert "x=" not in page.url


def test_an_address_nobody_can_mean_says_so_and_one_click_begins_anew(explored):
    page = explored("&u=person&vs=garbage&x=hour:0-99999999;day:2026-99-01..x", refused="/explore/cube?")
    assert "网址中有无法识别的条件" in page.inner_text(".ex-note")
    page.click(".ex-bar-top > .clear")
    page.wait_for_selector(".explorer:not(.is-failed) [data-sign=n] b")
    _settled(page)
    assert _number(_sign(page, "n")) > 0
    assert page.evaluate("location.search") == "?period=28d"
