"""Buildings in three dimensions: painted without a graphics card, told under the pointer, opened by a click."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CANVAS = ".scene canvas"
# How many different colours stand on the canvas: bare ground has a handful, lit walls of many grades have many.
COLOURS = """() => {
  const canvas = document.querySelector('.scene canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4 * 7) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  return seen.size;
}"""


def _settled(page) -> None:
    page.wait_for_selector(CANVAS)
    page.wait_for_timeout(1500)  # ground and frame follow the data


def _find_building(page) -> tuple[float, float, str]:
    """Moves the pointer over the scene until it tells a building."""
    box = page.locator(CANVAS).bounding_box()
    for across in range(40, 80):
        for down in range(30, 66, 2):
            x, y = box["x"] + box["width"] * across / 100, box["y"] + box["height"] * down / 100
            page.mouse.move(x, y)
            told = page.locator(".scene .map-tell").inner_text()
            if told:
                return x, y, told
    raise AssertionError("no building under the pointer anywhere in the middle of the scene")


def test_the_buildings_are_painted_and_the_colour_follows_the_choice(open_page):
    page = open_page("/economy", waits_for=CANVAS)
    _settled(page)
    assert page.evaluate(COLOURS) > 60
    before = page.evaluate("document.querySelector('.scene canvas').toDataURL()")
    page.locator(".tile-scene .choice", has_text="平安码").click()
    page.wait_for_selector(".tile-scene .legend .risk-green")
    _settled(page)
    assert page.evaluate("document.querySelector('.scene canvas').toDataURL()") != before


def test_a_click_opens_the_building_with_its_floors_and_firms(open_page):
    page = open_page("/economy", waits_for=CANVAS)
    _settled(page)
    x, y, told = _find_building(page)
    page.mouse.click(x, y)
    page.wait_for_selector(".floors .room")
    assert "/buildings/" in page.url
    assert page.locator(".portrait-facts h1").inner_text() == told.split(" · ")[0]
    assert page.locator(".floors a.room[href^='/places/']").count() > 0


def test_buttons_turn_and_zoom_for_those_without_a_mouse(open_page):
    page = open_page("/economy", waits_for=CANVAS)
    _settled(page)
    before = page.evaluate("document.querySelector('.scene canvas').toDataURL()")
    for key in ("ArrowLeft", "+"):
        page.locator(f".camera [data-camera='{key}']").click()
        page.wait_for_timeout(300)
        after = page.evaluate("document.querySelector('.scene canvas').toDataURL()")
        assert after != before
        before = after
