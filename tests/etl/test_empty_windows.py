"""A file without rows says that nothing happened up to its window's end, also when it is the same bytes as the last one."""

from __future__ import annotations

import pytest

from data.settings import read_settings
from data.town import load_town
from etl.contract import load_contract
from etl.landing import load_file
from etl.store import open_store

HEADING = "演练编号,预案编号,形式,开始时间,参演人数,发现问题数,已整改数,更新时间\n"
DRILL = "D1,YA1,桌面推演,2026-03-01 09:00:00,20,4,3,2026-03-20 09:00:00\n"


@pytest.fixture
def load(tmp_path):
    settings = read_settings(home=tmp_path, town="stown", now="2026-11-20T12:00:00")
    town = load_town(settings)
    contract = load_contract(town, "plan_drill")
    with open_store(settings) as con:

        def drop(stamp: str, text: str):
            path = settings.landing_dir / "plan_drill" / f"plan_drill_{stamp}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            status = load_file(con, town, contract, path=path, settings=settings).status_code
            newest = con.execute(
                "SELECT max(watermark_at) FROM ledger WHERE status_code = 'loaded'"
            ).fetchone()[0]
            return status, f"{newest:%m-%d %H}"

        yield drop


def test_an_empty_window_under_a_new_name_moves_the_watermark(load):
    assert load("20261101000000", HEADING) == ("loaded", "10-31 16")
    assert load("20261102000000", HEADING) == ("loaded", "11-01 16")
    assert load("20261102000000", HEADING) == ("duplicate", "11-01 16")


def test_rows_that_were_loaded_before_stay_a_duplicate_under_any_name(load):
    assert load("20261101000000", HEADING + DRILL) == ("loaded", "10-31 16")
    assert load("20261102000000", HEADING + DRILL) == ("duplicate", "10-31 16")
