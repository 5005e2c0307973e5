"""A question is built, a statement is run, seen as chart and map, kept, and opened by someone else with their own rows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from data.connection import Store

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SQL = (
    "SELECT grid_id, count(*) AS n FROM mart_incident WHERE grid_id IS NOT NULL AND severity_level >= $least "
    "GROUP BY 1 ORDER BY 2 DESC"
)


@pytest.fixture(scope="module")
def counts(served) -> dict[str, int]:
    """Serious incidents by grid: of the whole town, and of the demonstration department."""
    store = Store(served.home)
    frame = store.execute(
        "SELECT grid_id, department_id, count(*) AS n FROM mart_incident "
        "WHERE grid_id IS NOT NULL AND severity_level >= 3 GROUP BY ALL"
    )
    store.close()
    return frame


def _run(page) -> str:
    page.click("[data-act=run]")
    page.wait_for_selector(".desk-view[data-shown='1']")
    return page.inner_text(".desk-state")


def test_a_question_is_built_without_sql(open_page):
    page = open_page(
        "/query?metric=incident_count&by=community&period=28d", waits_for=".query-table tbody tr"
    )
    before = page.locator(".query-table tbody tr").count()
    assert before >= 5
    assert page.locator(".query-table thead th").count() >= 4
    page.select_option("[data-param=by]", "department_id")
    page.wait_for_url("**/query?*by=department_id*")
    expect(page.locator(".query-table thead th").first).to_contain_text("部门")
    total = int(page.inner_text(".query-number .digits").replace(",", ""))
    cells = page.locator(".query-table tbody td:nth-of-type(1) .digits").all_inner_texts()
    assert sum(int(each.replace(",", "")) for each in cells) == total
    page.wait_for_selector("#query-chart-chart .bars path")
    page.wait_for_selector("#query-map-map path.grid")


def test_a_metric_is_found_by_its_name_and_any_days_are_chosen(open_page):
    page = open_page("/query?by=department_id&period=28d", waits_for=".query-table tbody tr")
    page.click("[data-find]")
    page.keyboard.type("延期率")
    assert page.locator(".found a").count() >= 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/query?*metric=extended_pct*")
    expect(page.locator(".query-total .quiet")).to_contain_text("延期率")
    period = page.locator("[data-param=period]")
    first, last = period.get_attribute("data-since"), period.get_attribute("data-until")
    page.select_option("[data-param=period]", "days")
    expect(period).to_have_value("28d")  # to ask is no choice yet
    assert page.input_value(".days input >> nth=0") == first
    page.fill(".days input >> nth=0", last)
    page.fill(".days input >> nth=1", first)  # the wrong way round is meant the right way round
    page.click(".days button")
    page.wait_for_url(f"**/query?*period={first}..{last}*")
    expect(period).to_have_value(f"{first}..{last}")


def test_a_statement_becomes_table_chart_and_map_and_is_kept(open_page, served, browser, counts):
    page = open_page("/query/sql", waits_for=".desk-tables details")
    assert page.locator("details[data-table=mart_payment]").count() == 0
    page.fill(".desk-editor", SQL)
    page.select_option("[data-parameter=least] select", "number")
    page.fill("[data-parameter=least] input", "3")
    town = counts.groupby("grid_id")["n"].sum()
    assert f"{len(town)} 行" in _run(page)
    first = page.inner_text(".desk-table tbody tr:first-child td:nth-child(2)")
    assert int(first.replace(",", "")) == town.max()
    page.click("[data-mode=bar]")
    page.wait_for_selector(".desk-chart .bars path")
    page.click("[data-mode=map]")
    page.wait_for_selector(".desk-map path")
    assert page.locator(".desk-map path").count() == 125
    page.fill(".desk-title", "各网格重大事件")
    page.click("[data-act=save]")
    page.wait_for_url(re.compile(r"/query/sql\?q="))
    kept = page.url
    # Opened by the department's user: the same statement, the department's rows.
    context = browser.new_context()
    theirs = context.new_page()
    theirs.goto(served.links["demo-department"])
    theirs.goto(kept)
    expect(theirs.locator(".desk-editor")).to_have_value(SQL)
    _run(theirs)
    theirs.click("[data-mode=table]")
    own = int(theirs.inner_text(".desk-table tbody tr:first-child td:nth-child(2)").replace(",", ""))
    by_department = {
        counts[counts["department_id"] == each]["n"].max()
        for each in counts["department_id"].dropna().unique()
    }
    assert own in by_department
    assert own < town.max()
    context.close()


def test_what_is_refused_is_said_in_words(served, browser, signed_in):
    context = browser.new_context(storage_state=signed_in)
    page = context.new_page()
    page.goto(f"{served.url}/query/sql")
    page.wait_for_selector(".desk-tables details")
    for sql, words in [
        ("DROP TABLE mart_incident", "只能查询"),
        ("SELECT * FROM mart_payment", "没有可查的表"),
        ("SELECT nonexistent FROM mart_incident", "nonexistent"),
        ("SELECT '<img src=x onerror=alert(1)>'::INTEGER", "<img src=x"),
    ]:
        page.fill(".desk-editor", sql)
        page.click("[data-act=run]")
        expect(page.locator(".desk-state")).to_contain_text(words)
    assert page.locator(".desk-state img").count() == 0
    context.close()
