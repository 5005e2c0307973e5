"""Module tables: built again when what they read changed, and only then; a file that is published never changes."""

from __future__ import annotations

import json

import pytest

from data.settings import read_settings
from data.town import load_town
from etl.build import build
from etl.contract import FeedContract, load_contract
from etl.landing import load_file
from etl.modules import module_order, module_reads, published_modules
from etl.publish import publish
from etl.store import open_store

NOW = "2026-11-20T02:00:00"
ROSTER = "班次编号,工号,岗位,班次,值守区域,计划上岗,计划下岗,签到时间,签退时间,请假,更新时间\n"
SHIFT = "{key},W0105,专职网格员,白班,G001,2026-11-20 08:00,2026-11-20 17:30,{signed},,,{told}\n"


@pytest.fixture
def writer(tmp_path):
    settings = read_settings(home=tmp_path, town="stown", now=NOW)
    town = load_town(settings)
    with open_store(settings) as con:
        yield con, town, settings


def _deliver(writer, feed: str, name: str, content: bytes):
    con, town, settings = writer
    path = settings.landing_dir / feed / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return load_file(con, town, load_contract(town, feed), path=path, settings=settings)


def _hotline(writer, stamp: str) -> None:
    contract = load_contract(writer[1], "police_110")
    headings = list(
        dict.fromkeys(source for column in contract.columns.values() for source in column.sources)
    )
    values = {
        "接警单号": f"JQ{stamp}",
        "报警时间": "2026-11-20 09:30:00",
        "最后更新时间": "2026-11-20 09:30:00",
    }
    row = ",".join(values.get(each, "") for each in headings)
    result = _deliver(
        writer, "police_110", f"police_110_{stamp}.csv", f"{','.join(headings)}\n{row}\n".encode()
    )
    assert result.status_code == "loaded"


def _roster(writer, stamp: str, **row: str) -> None:
    content = (ROSTER + SHIFT.format(**row)).encode("gb18030")
    assert _deliver(writer, "duty_roster", f"duty_roster_{stamp}.csv", content).status_code == "loaded"


def _go(writer) -> dict[str, str]:
    con, town, settings = writer
    build(con, town)
    publish(con, town, settings)
    return json.loads((settings.published_dir / "CURRENT").read_text(encoding="utf-8"))["module"]


def test_a_register_file_moves_its_tables_and_an_ordinary_report_moves_none(writer):
    _hotline(writer, "20261120093000")
    _roster(writer, "20261120093000", key="Z1", signed="", told="2026-11-20 07:00:00")
    first = _go(writer)
    assert {"mart_shift", "mart_grid_force"} <= first.keys()
    _hotline(writer, "20261120094500")
    assert _go(writer) == first  # the same files: a live increment costs the modules nothing
    _roster(writer, "20261120095000", key="Z1", signed="2026-11-20 08:01:00", told="2026-11-20 08:01:00")
    third = _go(writer)
    assert third["mart_shift"] != first["mart_shift"]
    assert third["mart_grid_force"] == first["mart_grid_force"]
    published = writer[2].published_dir
    assert (published / first["mart_shift"]).is_file()  # who reads the old generation still can
    assert writer[0].execute("SELECT count(*), count(signed_in_at) FROM mart_shift").fetchall() == [(1, 1)]


def test_a_new_local_day_rebuilds_what_depends_on_the_day(writer):
    _hotline(writer, "20261120093000")
    first = _go(writer)
    writer[0].execute("UPDATE build_state SET value = '2026-11-19' WHERE key = 'module_day'")
    second = _go(writer)
    assert second["mart_grid_force"] != first["mart_grid_force"]
    assert second["mart_shift"] == first["mart_shift"]


def test_what_was_built_and_not_yet_published_is_not_forgotten(writer):
    _hotline(writer, "20261120093000")
    first = _go(writer)
    _roster(writer, "20261120095000", key="Z1", signed="", told="2026-11-20 07:00:00")
    con, town, settings = writer
    build(con, town)  # the process dies here; the next one has nothing to build and must publish all the same
    build(con, town)
    publish(con, town, settings)
    now = json.loads((settings.published_dir / "CURRENT").read_text(encoding="utf-8"))["module"]
    assert now["mart_shift"] != first["mart_shift"]


def test_a_lost_file_is_written_again(writer):
    _hotline(writer, "20261120093000")
    first = _go(writer)
    (writer[2].published_dir / first["mart_shift"]).unlink()
    again = _go(writer)
    assert (writer[2].published_dir / again["mart_shift"]).is_file()


def test_places_are_exact_and_outside_the_town_there_is_none(writer):
    con, town, _ = writer
    _go(writer)
    shape = json.loads((town.folder / "areas.geojson").read_text(encoding="utf-8"))["features"][0]
    ring = shape["geometry"]["coordinates"]
    ring = ring[0] if shape["geometry"]["type"] == "Polygon" else ring[0][0]
    lon, lat = (sum(point[axis] for point in ring) / len(ring) for axis in (0, 1))
    columns = {name for name, *_ in con.execute("DESCRIBE raw_enterprise").fetchall()}
    assert {"lon", "lat"} <= columns
    for key, where in (("e:1", (lon, lat)), ("e:2", (lon + 3, lat))):
        con.execute(
            "INSERT INTO raw_enterprise (enterprise_id, feed_id, source_key, lon, lat, _is_current) "
            "VALUES (?, 'enterprise', ?, ?, ?, true)",
            [key, key, *where],
        )
    con.execute("UPDATE build_state SET value = 'other' WHERE key = 'modules'")
    build(con, town)
    placed = con.execute("SELECT enterprise_id, grid_id FROM place_enterprise").fetchall()
    assert placed == [("e:1", shape["properties"]["area_id"])]


def test_every_module_table_comes_after_what_it_reads():
    order = module_order()
    reads = module_reads()
    for place, name in enumerate(order):
        assert not (reads[name] & set(order[place + 1 :])), name
    assert set(published_modules()) <= set(order)


def test_a_register_is_told_by_its_channel():
    contract = {"channel": "register", "entity": "report"}
    with pytest.raises(ValueError, match="does not fit entity"):
        FeedContract.model_validate(_contract() | contract)


def test_a_personal_column_needs_grade_four():
    content = _contract() | {"channel": "register", "entity": "payment"}
    content["columns"] = {"source_key": "k", "version_at": "v", "person_hash": "证件号"}
    with pytest.raises(ValueError, match=r"must be 4|missing"):
        FeedContract.model_validate(content)


def _contract() -> dict:
    return {
        "feed": "x",
        "label": {"zh": "x", "en": "x"},
        "owner": "x",
        "purpose": "x",
        "share_class": "open",
        "files": "*.csv",
        "format": "csv",
        "timezone": "Asia/Shanghai",
        "expected_interval_s": 60,
        "expected_lag_s": 60,
        "columns": {"source_key": "k", "version_at": "v", "reported_at": "t"},
    }
