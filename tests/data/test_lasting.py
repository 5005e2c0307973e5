"""A number that rests on registers only is computed once until a register changes, however many reports come."""

from __future__ import annotations

import pytest

from data.connection import Store
from data.query import fetch
from data.request import EVERYTHING, Request, Scope
from data.settings import read_settings
from data.together import fetch_together
from data.town import load_town
from etl.build import build
from etl.contract import load_contract
from etl.landing import load_file
from etl.publish import publish
from etl.store import open_store

NOW = "2026-11-20T02:00:00"
ROSTER = "班次编号,工号,岗位,班次,值守区域,计划上岗,计划下岗,签到时间,签退时间,请假,更新时间\n"
SHIFT = "{key},W{key},专职网格员,白班,G001,2026-11-20 08:00,2026-11-20 17:30,,,,2026-11-20 07:00:00\n"
PLANNED, OPEN = Request("duty_planned_count"), Request("open_count")


@pytest.fixture
def house(tmp_path):
    settings = read_settings(home=tmp_path, town="stown", now=NOW)
    town = load_town(settings)
    with open_store(settings) as con:

        def deliver(feed: str, name: str, content: bytes) -> None:
            path = settings.landing_dir / feed / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            assert (
                load_file(con, town, load_contract(town, feed), path=path, settings=settings).status_code
                == "loaded"
            )
            build(con, town)
            publish(con, town, settings)

        def call(stamp: str) -> None:
            contract = load_contract(town, "police_110")
            names = list(
                dict.fromkeys(source for column in contract.columns.values() for source in column.sources)
            )
            told = {
                "接警单号": f"JQ{stamp}",
                "报警时间": "2026-11-20 09:30:00",
                "最后更新时间": "2026-11-20 09:30:00",
            }
            row = ",".join(told.get(each, "") for each in names)
            deliver("police_110", f"police_110_{stamp}.csv", f"{','.join(names)}\n{row}\n".encode())

        def shift(stamp: str, *keys: str) -> None:
            text = ROSTER + "".join(SHIFT.format(key=key) for key in keys)
            deliver("duty_roster", f"duty_roster_{stamp}.csv", text.encode("gb18030"))

        call("20261120095500")
        shift("20261120095000", "Z1")
        store = Store(tmp_path, zone=town.zone, threads=1)
        yield store, call, shift
        store.close()


def test_reports_change_nothing_and_a_register_changes_it(house):
    store, call, shift = house
    first, opened = fetch(PLANNED, scope=EVERYTHING, store=store), fetch(OPEN, scope=EVERYTHING, store=store)
    call("20261120095800")
    again = fetch(PLANNED, scope=EVERYTHING, store=store)
    assert again.generation > first.generation
    assert again.frame is first.frame  # not asked again
    assert fetch(OPEN, scope=EVERYTHING, store=store).row["value"] == opened.row["value"] + 1
    shift("20261120095900", "Z1", "Z2")
    assert fetch(PLANNED, scope=EVERYTHING, store=store).row["value"] == first.row["value"] + 1


def test_what_one_may_see_is_not_kept_for_another(house):
    store, _, _ = house
    assert fetch(PLANNED, scope=EVERYTHING, store=store).row["value"] == 1
    assert fetch(PLANNED, scope=Scope(area_ids=frozenset({"G002"})), store=store).row["value"] == 0


def test_numbers_asked_together_last_as_well(house):
    store, call, _ = house
    both = [PLANNED, Request("duty_present_count")]
    fetch_together(both, scope=EVERYTHING, store=store)
    first = [fetch(each, scope=EVERYTHING, store=store) for each in both]
    call("20261120095800")
    fetch_together(both, scope=EVERYTHING, store=store)
    again = [fetch(each, scope=EVERYTHING, store=store) for each in both]
    assert all(new.frame is old.frame for new, old in zip(again, first, strict=True))
