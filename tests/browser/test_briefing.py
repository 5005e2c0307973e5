"""The briefing in the browser: written, noted, struck, released, taken along; a failed plan on every screen."""

from __future__ import annotations

import hashlib
import re

import httpx
import pytest

from tests.serve.briefing_desk import HOSTILE, keep, small_document

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OTHER_DAY = {"since_date": "2020-01-01", "until_date": "2020-01-02"}


def test_a_leader_writes_notes_releases_and_takes_a_briefing_along(open_page, served):
    page = open_page("/briefing", waits_for=".paper")
    if page.locator(".paper.is-empty").count():
        page.click(".paper .act.is-main")
    page.wait_for_selector(".paper .sentence", timeout=180_000)
    assert page.locator(".paper-issuer").inner_text() == "S镇综合信息指挥室"
    assert page.locator(".paper-part").count() >= 8
    # A sentence tells what it rests on; a note and a stroke stand beside the words, which stay.
    before = page.locator(".paper .sentence").all_inner_texts()
    page.locator(".paper .sentence").first.click()
    assert page.locator(".explain tbody tr").count() >= 1
    page.fill(".explain textarea", "请<b>核实</b>")
    page.click(".explain .act.is-main")
    page.wait_for_selector(".remark")
    assert "请<b>核实</b>" in page.locator(".remark").inner_text()
    page.locator(".paper .sentence").nth(1).click()
    page.locator(".explain .act", has_text="划去此句").click()
    page.wait_for_selector(".sentence s")
    assert page.locator(".paper .sentence").all_inner_texts() == before
    # Release asks first; afterwards nothing can be changed.
    page.click(".release .act")
    page.click(".release .act:not(.is-main)")
    assert page.locator(".state.is-released").count() == 0
    page.click(".release .act")
    page.click(".release .act.is-main")
    page.wait_for_selector(".state.is-released", timeout=120_000)
    assert "demo-leader" in page.locator(".paper-stamp").inner_text()
    assert page.locator(".release").count() == 0
    page.locator(".paper .sentence").first.click()
    assert page.locator(".explain textarea").count() == 0
    # What is taken along is what was kept at release.
    with page.expect_download() as taken:
        page.locator(".copies a", has_text="PDF").click()
    content = taken.value.path().read_bytes()
    assert content.startswith(b"%PDF")
    assert re.fullmatch(r"S镇每日运行简报_\d{4}-\d{2}-\d{2}\.pdf", taken.value.suggested_filename)
    assert (
        page.locator(".copies a", has_text="PDF").get_attribute("title")
        == hashlib.sha256(content).hexdigest()
    )
    row = page.locator(".briefing-rail .is-selected").inner_text()
    assert "已签发" in row


def test_hostile_words_are_words_and_a_link_opens_the_same_version(open_page, served):
    number = keep(served.home, small_document(**OTHER_DAY))
    page = open_page(f"/briefing?version={number}", waits_for=".paper .sentence")
    assert HOSTILE in page.locator(".paper-quote").inner_text()
    assert page.locator(".paper script, .paper .paper-quote img").count() == 0
    picture = page.locator(".paper-picture img")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 0
    page.locator(".paper summary").click()
    assert page.locator(".paper-table td.right").inner_text() == "12"
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_department_reads_its_own_and_a_wall_nothing(served):
    number = keep(served.home, small_document(**OTHER_DAY))
    for account, status in (("demo-department", 200), ("demo-wall", 403), ("demo-grid1", 403)):
        with httpx.Client(base_url=served.url, timeout=60) as client:
            client.get(served.links[account])
            assert client.get("/briefing", headers={"accept": "text/html"}).status_code == status
            assert client.get("/briefing/state").status_code == status
            assert client.get(f"/briefing/document?id={number}").status_code in (403, 404)


def test_a_plan_that_cannot_be_read_is_said_on_the_wall_and_among_the_feeds(open_page, served):
    plan = served.home / "briefing.yaml"
    plan.write_text("terms: nonsense\n", encoding="utf-8")
    try:
        for path, waits_for in (
            ("/", ".trouble:not([hidden])"),
            ("/feeds", ".briefing-runs .briefing-fault"),
        ):
            page = open_page(path, waits_for=waits_for)
            assert "简报计划文件有误" in page.locator(waits_for).inner_text()
            page.wait_for_selector(".trouble:not([hidden])")
    finally:
        plan.unlink()
    page = open_page("/feeds", waits_for=".briefing-runs .table")
    assert page.locator(".briefing-runs tbody tr").count() >= 3
    assert page.locator(".trouble").is_hidden()
