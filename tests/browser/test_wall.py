"""The wall by itself: it walks through the town's stops and marks a new serious incident once."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AHEAD = """() => {
  const real = Date.now.bind(Date);
  window.ahead = 0;
  Date.now = () => real() + window.ahead;
}"""
NEW_CASE = """(key) => {
  const row = document.createElement("li");
  row.textContent = key;
  row.dataset.serious = key;
  row.dataset.grid = document.querySelector("path.grid") ? "G001" : "";
  (document.querySelector(".latest") || document.querySelector(".latest-title").parentElement).append(row);
}"""


def _later(page, seconds: int) -> None:
    """Lets the page's clock jump; the page asks it once a second."""
    page.wait_for_timeout(1500)
    page.evaluate(f"window.ahead += {seconds * 1000}")


def test_the_wall_walks_through_its_stops_and_comes_back(open_page):
    page = open_page("/?wall=1")
    page.evaluate(AHEAD)
    for stop, dwell_s in (("/warnings", 60), ("/incidents", 30), ("/feeds", 30), ("/", 20)):
        _later(page, dwell_s - 10)
        page.wait_for_timeout(1500)
        assert not page.url.endswith(f"{stop}?wall=1"), "left before its time"
        _later(page, 11)
        page.wait_for_url(re.compile(re.escape(f"{stop}?wall=1") + "$"))
        page.wait_for_selector(".panel .age[data-asof]")


def test_a_touch_pauses_the_walk_and_a_desk_never_walks(open_page):
    for path, touches in (("/?wall=1", True), ("/", False)):
        page = open_page(path)
        page.evaluate(AHEAD)
        page.wait_for_timeout(1500)
        page.evaluate("window.ahead += 50000")
        if touches:
            page.keyboard.press("Shift")
        page.wait_for_timeout(1500)
        page.evaluate("window.ahead += 15000")
        page.wait_for_timeout(2500)
        assert "/incidents" not in page.url


def test_a_new_serious_incident_pulses_once_and_those_already_there_do_not(open_page):
    page = open_page("/?wall=1&rotate=0")
    page.wait_for_selector(".latest-title")
    page.wait_for_selector("path.grid")
    page.wait_for_timeout(2500)
    assert page.locator(".pulse").count() == 0
    page.evaluate(NEW_CASE, "police_110:new")
    page.wait_for_selector("[data-serious='police_110:new'].pulse")
    assert page.locator("path.grid.pulse").count() == 1
    page.wait_for_selector(".pulse", state="detached")
    page.evaluate("document.querySelector(\"[data-serious='police_110:new']\").remove()")
    page.evaluate(NEW_CASE, "police_110:new")  # drawn again, as every new generation does
    page.wait_for_timeout(2500)
    assert page.locator(".pulse").count() == 0


HELD = """async () => {
  const held = (id) => window.dash_component_api.getLayout(id).props;
  const same = JSON.parse(JSON.stringify(held("overview-hours-chart").figure));
  const other = JSON.parse(JSON.stringify(same));
  other.data[0].y[0] = -1;
  const tell = (figure) => {
    const answer = { "overview-hours-chart": { figure: figure }, "overview-head-age": { children: "new" } };
    window.cockpit.spare({}, answer);
    return Object.keys(answer);
  };
  return [tell(same), tell(other)];
}"""


def test_only_what_differs_is_drawn_again(open_page):
    page = open_page("/")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    same, other = page.evaluate(HELD)
    assert same == ["overview-head-age"]
    assert other == ["overview-hours-chart", "overview-head-age"]


ASKED = """() => {
  const found = performance.getEntriesByType("resource");
  const named = (part) => found.filter((each) => each.name.includes(part));
  const read = performance.getEntriesByType("navigation")[0].domInteractive;
  const early = (part) => named(part).filter((each) => each.startTime < read).length;
  const parts = ["_dash-layout", "_dash-dependencies", "_dash-update-component", "/geo/grid.json"];
  const files = found.filter((each) => ["script", "link", "css"].includes(each.initiatorType)).map((each) => each.name);
  return [parts.map((part) => [named(part).length, early(part)]), files];
}"""


def test_what_the_wall_needs_first_is_asked_for_once_while_its_scripts_are_still_being_read(open_page):
    page = open_page("/?wall=1&rotate=0")
    page.wait_for_selector("path.grid")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    asked, files = page.evaluate(ASKED)
    assert asked[:3] == [[1, 1]] * 3  # handed out once: Dash's own question is the same, word for word
    assert asked[3][0] == 1
    assert len(set(files)) <= 16, files
    assert not [name for name in files if "dash_table" in name]


def test_an_answer_asked_for_ahead_is_not_given_to_another_question(open_page):
    page = open_page("/?source=police_110")
    page.wait_for_selector("path.grid")
    shown = page.locator("select[data-param=source]").input_value()
    assert shown == "police_110"
    page.evaluate("cockpit.go('/incidents')")
    page.wait_for_selector(".page-incidents .panel")


def test_a_filter_under_the_resting_pointer_is_answered_before_the_click(open_page):
    page = open_page("/")
    page.wait_for_selector("path.grid")
    asked = []
    page.on(
        "request", lambda each: asked.append(each.post_data or "") if "_dash-update" in each.url else None
    )
    mark = page.locator(".tile-flow [data-set^='source=']").first
    source = mark.get_attribute("data-set")
    with page.expect_response(lambda got: "_dash-update" in got.url):
        mark.hover()
    mark.click()
    page.wait_for_url(f"**/?{source}")
    page.wait_for_selector(f"select[data-param=source][data-value='{source.removeprefix('source=')}']")
    assert len([body for body in asked if f'"{source}"' in body]) == 1, "the click asked again"
