"""What only a browser can show: fit, filters by click, greying, staleness, the drawer, both languages."""

from __future__ import annotations

import re
import time

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = [(1920, 1080), (3840, 2160), (5760, 1080)]
OVERFLOW = """() => {
  const root = document.documentElement;
  const cut = [...document.querySelectorAll('.panel')].filter((panel) => {
    const frame = panel.getBoundingClientRect();
    const parts = panel.querySelectorAll('.kpi-row, .kpi-sample, .vital, .feed, .late-total');
    return [...parts].some((part) => {
      const box = part.getBoundingClientRect();
      return box.height && (box.bottom > frame.bottom + 1 || box.right > frame.right + 1);
    });
  });
  const wide = root.scrollWidth - root.clientWidth, high = root.scrollHeight - root.clientHeight;
  return [wide, high, cut.map((panel) => panel.id)];
}"""


def _until(page, expression: str, *, seconds: float = 60) -> None:
    """Waits until an expression holds; asked from outside, because the page's own policy forbids eval."""
    limit = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < limit, f"still not: {expression}"
        page.wait_for_timeout(100)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_wall_fits_without_scroll_bars_and_nothing_is_cut_off(open_page, size, lang):
    page = open_page(f"/?wall=1&lang={lang}", size=size)
    page.wait_for_selector("path.grid")
    assert page.evaluate(OVERFLOW) == [0, 0, []]
    digits = page.locator(".kpi-row .digits").first.bounding_box()
    assert digits["height"] >= size[1] / 18


BOARDS = """() => {
  const boards = [...document.querySelectorAll('section.panel')].map((each) => each.getBoundingClientRect());
  const shown = boards.filter((box) => box.height);
  return [shown.length, shown.every((box) => box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1)];
}"""


@pytest.mark.parametrize("size", [(1920, 1080), (5760, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_wall_shows_the_head_of_a_long_page_and_squeezes_nothing(open_page, size):
    for path in ("/force", "/appraisal", "/livelihood/complaints", "/enforcement/quality", "/warnings"):
        page = open_page(f"{path}?wall=1", size=size)
        count, is_inside = page.evaluate(BOARDS)
        assert 3 <= count <= 7 and is_inside, path
        assert page.evaluate(OVERFLOW)[:2] == [0, 0], path


@pytest.mark.parametrize("size", [(1366, 768), (1440, 900)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_desk_may_scroll_down_but_cuts_nothing_off(open_page, size):
    page = open_page("/", size=size)
    wide, _, cut = page.evaluate(OVERFLOW)
    assert (wide, cut) == (0, [])


def test_the_wall_shows_no_full_plotly_bundle_and_its_charts_are_drawn(open_page):
    page = open_page("/?wall=1")
    page.wait_for_selector(
        ".js-plotly-plot .bars path", state="attached"
    )  # an hour without cases has no height
    scripts = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    assert not [name for name in scripts if "async-plotlyjs" in name]


def test_a_click_filters_every_tile_and_a_second_click_clears(open_page):
    page = open_page("/incidents")
    shown = page.locator("[data-kpi=incident_count] .digits")
    before = shown.inner_text()
    page.click(".tile-department .bar >> nth=0")
    page.wait_for_url(re.compile(r"department="))
    _until(page, f"document.querySelector('[data-kpi=incident_count] .digits').innerText !== '{before}'")
    assert page.locator(".tile-department .bar.is-selected").count() == 1
    page.click(".tile-department .bar.is-selected")
    _until(page, f"document.querySelector('[data-kpi=incident_count] .digits').innerText === '{before}'")
    assert "department=" not in page.url


def test_a_click_on_the_map_filters_and_the_back_button_undoes_it(open_page):
    page = open_page("/")
    page.wait_for_selector("path.grid")
    page.evaluate("document.querySelector('.leaflet-container').dataset.mark = 'same'")
    page.locator("path.grid").nth(5).click()
    page.wait_for_url(re.compile(r"area="))
    page.wait_for_selector(".crumbs b")
    page.go_back()
    page.wait_for_selector(".crumbs b", state="detached")
    assert page.locator(".leaflet-container[data-mark=same]").count() == 1, "the map was built anew"


def test_a_grid_that_loses_its_data_turns_grey(open_page):
    page = open_page("/")
    page.wait_for_selector("path.grid:not(.class-none)")
    page.evaluate(
        "dash_clientside.set_props('overview-map-areas', {hideout: {classes: {}, hatched: [], letters: {}}})"
    )
    _until(page, "document.querySelectorAll('path.grid:not(.class-none)').length === 0")
    fills = page.evaluate(
        "[...document.querySelectorAll('path.grid')].map((one) => one.getAttribute('fill'))"
    )
    assert set(fills) == {"url(#hatch-none)"}


def test_old_data_is_called_stale_by_the_browser(open_page):
    page = open_page("/")
    page.wait_for_selector(".tile-discovery .age")
    page.evaluate(
        "() => { const mark = document.querySelector('.tile-discovery .age');"
        "mark.dataset.asof = new Date(Date.now() - 86400000).toISOString(); mark.dataset.lag = '600'; }"
    )
    page.wait_for_selector(".tile-discovery.is-stale .age[data-state=stale]")
    assert "数据过期" in page.locator(".tile-discovery .age").inner_text()


def test_a_silent_server_is_called_out_and_numbers_turn_grey(open_page):
    page = open_page("/?wall=1")
    _until(page, "cockpit.lastMessage !== null")
    page.evaluate(
        "Object.defineProperty(cockpit, 'lastMessage', {get: () => Date.now() - 20000, set: () => {}})"
    )
    page.wait_for_selector("html.lost [data-link]:not([hidden])")
    assert page.locator("[data-link]").inner_text() == "连接中断"


def test_a_number_tells_where_it_comes_from(open_page):
    page = open_page("/")
    page.click(".tile-closure [data-ask]")
    page.wait_for_selector(".drawer-body .chain li")
    drawer = page.locator(".drawer-body")
    assert "3小时处置率" in drawer.inner_text()
    assert page.locator(".drawer-body .chain code", has_text="mart_clock").count() >= 1
    page.keyboard.press("Escape")
    assert page.locator("#drawer").is_hidden()


def test_a_number_leads_to_its_rows_and_a_row_to_its_life(open_page):
    page = open_page("/incidents")
    page.click("[data-kpi=open_count]")
    page.wait_for_selector(".tile-table tbody tr")
    page.locator(".tile-table tbody a").first.click()
    page.wait_for_selector(".tile-clocks tbody tr")
    assert page.locator(".tile-steps .step").count() >= 1
    assert page.locator(".tile-reports tbody tr").count() >= 1


@pytest.mark.parametrize("path", ["/incidents", "/definitions", "/feeds", "/grid/G001"])
def test_desk_pages_fit_their_width_and_speak_english(open_page, path):
    page = open_page(f"{path}?lang=en", waits_for=".panel h2")
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    headings = " ".join(page.locator(".panel h2").all_inner_texts())
    assert not re.search(r"[一-鿿]", headings), headings


def test_a_phone_shows_one_column(open_page):
    page = open_page("/", size=(390, 844))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    late, chart = (page.locator(f".tile-{name}").bounding_box() for name in ("late", "map"))
    assert late["y"] < chart["y"]
