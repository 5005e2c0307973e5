"""Early warning in a browser: a burst shows on the wall, leads to exactly its rows, and is set aside with a reason that stays."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from data.connection import Store
from data.settings import read_settings
from data.town import load_town
from etl.build import build
from etl.contract import load_contract
from etl.landing import load_file
from etl.publish import publish
from etl.renewal import LATER, Renewal
from etl.store import open_store
from tests.golden.forecast_world import HEADINGS, THEFT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FEED, ZONE = "police_110", ZoneInfo("Asia/Shanghai")
GRIDS, EACH = ("G016", "G004"), 7  # neighbours
WHOLE = "tr[data-warning^='cluster:']"


def _burst(at, places: list[tuple[float, float]]) -> bytes:
    """Returns a file of thefts, every two hours back from an hour ago in each place, far enough apart to stay apart."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    for place, (lon, lat) in enumerate(places):
        for number in range(EACH):
            told = f"{at - timedelta(hours=1 + 2 * number, minutes=7 * place):%Y-%m-%d %H:%M:%S}"
            spot = (lon + 0.001 * (number % 2), lat + 0.001 * (number // 2 % 2))
            writer.writerow([f"B{place}{number:03d}", told, told, told, THEFT, *spot])
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def burst(served):
    """Lands a burst in two neighbouring grids and renews the outlook as a running loader does; returns the steps it took."""
    settings = read_settings(home=served.home, town="stown")
    town, steps = load_town(settings), 0
    store = Store(served.home, zone=ZONE)
    at, named = store.as_of_at() + timedelta(hours=8), ", ".join(f"'{each}'" for each in GRIDS)
    grids = store.execute(
        f"SELECT lon, lat FROM dim_area WHERE area_id IN ({named}) ORDER BY area_id DESC", {}
    )
    store.close()
    with open_store(settings) as con:
        path = settings.landing_dir / FEED / f"{FEED}_{at:%Y%m%d%H%M%S}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_burst(at, [tuple(row) for row in grids.to_numpy()]))
        load_file(con, town, load_contract(town, FEED), path=path, settings=settings)
        build(con, town, later=LATER)
        publish(con, town, settings)
        renewal = Renewal(con, town, settings)
        while renewal.step():
            steps += 1
        renewed = con.execute("SELECT max(forecast_at), count(*) FROM mart_forecast_now").fetchall()[0]
        assert con.execute("SELECT count(*) FROM mart_cluster").fetchall()[0][0] > 0, renewed
    return steps


def _shown(page) -> list[str]:
    return page.eval_on_selector_all(
        "tr[data-warning]", "all => all.filter((row) => !row.hidden).map((row) => row.dataset.warning)"
    )


def _behind(page, row: str) -> tuple[int, int]:
    """Returns the number of a warning and how many rows stand where it leads."""
    link = page.locator(f"{row} td a.link").first
    told = int(link.inner_text())
    page.goto(page.url.split("/warnings")[0] + link.get_attribute("href"))
    page.wait_for_selector(".explorer[data-ready]")
    page.wait_for_selector("[data-sign=n] b")
    page.wait_for_timeout(900)
    return told, int(re.sub(r"\D", "", page.locator("[data-sign=n] b").first.inner_text()))


def test_the_outlook_is_renewed_step_by_step(burst):
    # the running day, one step per series scanned, the tables, the publication: a landed file waits for one of them
    assert burst > 8


@pytest.mark.parametrize("row", [f"tr[data-warning='burst_day:{GRIDS[0]}:theft']", WHOLE])
def test_a_warning_leads_to_exactly_its_rows(burst, open_page, row):
    told, behind = _behind(open_page("/warnings", waits_for="tr[data-warning]"), row)
    assert told >= EACH and behind == told


def test_a_cluster_is_shown_where_only_one_of_its_grids_is_chosen(burst, open_page):
    page = open_page(f"/warnings?area={GRIDS[1]}", waits_for=WHOLE)
    whole = int(page.locator(f"{WHOLE} td a.link").first.inner_text())
    assert EACH <= whole < 2 * EACH and page.locator(f"{WHOLE} [data-dismiss]").count() == 0


def test_one_set_aside_is_gone_from_list_and_wall_and_its_reason_stays(burst, open_page):
    page = open_page("/warnings", waits_for="tr[data-warning]")
    row = f"tr[data-warning='burst_day:{GRIDS[1]}:theft']"
    before = _shown(page)
    page.click(f"{row} [data-dismiss]")
    page.select_option(f"{row} select", "known_cause")
    page.fill(f"{row} input", "庙会<b>一日</b>")
    page.click(f"{row} .is-main")
    page.wait_for_selector(row, state="hidden")
    page.reload()
    page.wait_for_selector(".dismissals li")
    page.wait_for_selector(row, state="hidden")
    assert "庙会<b>一日</b>" in page.locator(".dismissals li").first.inner_text()
    assert "leader" in page.locator(".dismissals li").first.inner_text()
    wall = open_page("/?wall=1", waits_for=".warn-sign.is-open")
    assert int(wall.locator(".warn-count").inner_text()) == len(before) - 1
    assert re.fullmatch(r".+ · \d+起，预期[\d.<]+", wall.locator(".warn-worst").inner_text())
