"""Increments and full builds end in the same tables; publishing shows exactly what was built."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from data.connection import Store
from data.settings import read_settings
from data.town import load_town
from etl.build import DECIDING_CODE, build
from etl.clocks import MEASURES
from etl.contract import load_contracts
from etl.landing import load_file
from etl.publish import publish
from etl.store import open_store

ROOT = Path(__file__).resolve().parents[2]
UNTIL = "2026-11-20T12:00:00+08:00"
TABLES = (
    "core_report",
    "core_link",
    "core_incident_report",
    "core_clock_offset",
    "mart_incident",
    "mart_report",
    "mart_step_log",
)


@pytest.fixture(scope="module")
def feed_files(tmp_path_factory) -> list[tuple[str, Path]]:
    """(feed, file) of ten small days in S-town, in the order of arrival; every file split as its feed sends it."""
    home = tmp_path_factory.mktemp("files")
    command = [
        sys.executable,
        "-m",
        "etl.synth",
        "history",
        "--home",
        str(home),
        "--now",
        UNTIL,
        "--days",
        "10",
    ]
    subprocess.run([*command, "--scale", "0.15", "--seed", "7"], check=True, cwd=ROOT, capture_output=True)
    return sorted(
        ((p.parent.name, p) for p in (home / "landing").glob("*/*")),
        key=lambda each: (each[1].name[-20:], each),
    )


def _open(tmp_path: Path, name: str):
    settings = read_settings(town="stown", home=tmp_path / name, now=UNTIL)
    return settings, load_town(settings), open_store(settings)


def _load(con, town, settings, files) -> None:
    contracts = load_contracts(town)
    for feed, path in files:
        copy = settings.landing_dir / feed / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
        load_file(con, town, contracts[feed], path=copy, settings=settings)


def _content(con, table: str) -> list:
    columns = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall() if row[0] != "load_id"]
    return con.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY ALL").fetchall()


def _decide(con, town, settings, decisions: list[tuple[str, str, str]], *, number: int) -> None:
    """Delivers decisions on links as the server writes them."""
    at = f"2026-11-20 02:00:{number:02d}.000000"
    rows = [
        {
            "report_a": one,
            "report_b": other,
            "verdict": verdict,
            "role": "analyst",
            "reason": "seen",
            "decided_at": at,
        }
        for one, other, verdict in decisions
    ]
    path = settings.landing_dir / "link_decision" / f"link_decision_{number}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    loaded = load_file(con, town, load_contracts(town)["link_decision"], path=path, settings=settings)
    assert loaded.status_code == "loaded", loaded.reason_text


def _members(con) -> dict[str, str]:
    return dict(con.execute("SELECT report_id, incident_id FROM mart_report").fetchall())


def test_decisions_by_hand_hold_through_increments_and_full_builds(tmp_path, feed_files):
    settings, town, store = _open(tmp_path, "hand")
    with store as con:
        half = len(feed_files) // 2
        _load(con, town, settings, feed_files[:half])
        build(con, town)
        pairs = "SELECT report_a, report_b FROM core_link WHERE {} ORDER BY ALL LIMIT 3"
        merged = con.execute(pairs.format("NOT is_automatic")).fetchall()
        alone = "report_a IN (SELECT incident_id FROM core_incident_report GROUP BY 1 HAVING count(*) = 2)"
        split = con.execute(pairs.format(f"is_automatic AND {alone}")).fetchall()
        assert merged and split
        told = [(*pair, "same") for pair in merged] + [(*pair, "apart") for pair in split]
        _decide(con, town, settings, told, number=1)
        assert not build(con, town).is_full
        found = _members(con)
        assert all(found[one] == found[other] for one, other in merged)
        assert all(found[one] != found[other] for one, other in split)
        _load(con, town, settings, feed_files[half:])  # new versions of decided reports among them
        _decide(con, town, settings, [(*split[0], "same")], number=2)
        assert not build(con, town).is_full
        assert len({_members(con)[report] for report in split[0]}) == 1, "the later decision stands"
        stepwise = {table: _content(con, table) for table in TABLES}
        build(con, town, full=True)
        for table in TABLES:
            assert _content(con, table) == stepwise[table], table


def test_increments_end_where_a_full_build_ends(tmp_path, feed_files):
    settings, town, store = _open(tmp_path, "steps")
    with store as con:
        half = len(feed_files) // 2
        _load(con, town, settings, feed_files[:half])
        assert build(con, town).is_full
        for start in range(half, len(feed_files), 5):
            _load(con, town, settings, feed_files[start : start + 5])
            assert not build(con, town).is_full
        stepwise = {table: _content(con, table) for table in TABLES}
        build(con, town, full=True)
        for table in TABLES:
            assert _content(con, table) == stepwise[table], (
                f"{table} differs between increments and a full build"
            )
        assert len(stepwise["mart_incident"]) > 500
        only_copies = (
            "SELECT count(*), count(*) FILTER (WHERE i.cancelled_code IS NULL) FROM mart_incident AS i WHERE NOT EXISTS "
            "(SELECT 1 FROM mart_report AS r WHERE r.incident_id = i.incident_id AND NOT r.is_duplicate)"
        )
        copies, counted = con.execute(only_copies).fetchall()[0]
        assert copies > 0, "the days hold duplicates of cases that never arrived"
        assert counted == 0, "what its source calls a duplicate is no incident of its own"
        assert len(stepwise["core_link"]) > 50, "the days hold duplicates, or linking was not tried"


def test_a_generation_shows_what_the_warehouse_holds(tmp_path, feed_files):
    settings, town, store = _open(tmp_path, "pub")
    with store as con:
        half = len(feed_files) // 2
        _load(con, town, settings, feed_files[:half])
        build(con, town)
        publish(con, town, settings)
        _load(con, town, settings, feed_files[half:])
        build(con, town)
        second = publish(con, town, settings)
        assert second.rewritten_months == 0, "the second generation must travel in the delta"
        sample = (
            "SELECT incident_id, report_count, closed_at::VARCHAR AS closed, due_at::VARCHAR AS due "
            "FROM mart_incident ORDER BY 1"
        )
        expected = con.execute(sample).fetchall()
        sums = ", ".join(f"sum({name})" for name in MEASURES)
        clock = f"SELECT clock_code, {sums} FROM {{}} GROUP BY 1 ORDER BY 1"
        reader = Store(settings.home)
        reader.refresh()
        shown = reader.execute(sample).astype(object).where(lambda frame: frame.notna(), None)
        assert [tuple(row) for row in shown.to_numpy().tolist()] == expected
        rows = reader.execute(clock.format("mart_clock")).to_numpy().tolist()
        assert rows == reader.execute(clock.format("roll_clock_grid")).to_numpy().tolist()
        assert rows == reader.execute(clock.format("roll_clock_kind")).to_numpy().tolist()


def test_a_crash_inside_a_build_leaves_the_tables_as_they_were(tmp_path, feed_files, monkeypatch):
    settings, town, store = _open(tmp_path, "crash")
    half = len(feed_files) // 2
    with store as con:
        _load(con, town, settings, feed_files[:half])
        build(con, town)
        before = {table: _content(con, table) for table in TABLES}
        _load(con, town, settings, feed_files[half:])

        def broken(*_args, **_kwargs):
            raise duckdb.IOException("no space left on device")

        monkeypatch.setattr("etl.increment.build_members", broken)
        with pytest.raises(duckdb.IOException):
            build(con, town)
        monkeypatch.undo()
        assert {table: _content(con, table) for table in TABLES} == before
        build(con, town)
        after = _content(con, "mart_incident")
        build(con, town, full=True)
        assert after == _content(con, "mart_incident")


def _transfers(count: int) -> tuple[str, dict]:
    """A police file and a hotline file: calls handed over on Tuesday, which the hotline's clock notes a minute late."""
    lines, items = ["接警单号,最后更新时间,报警时间,移送平台,移送单号,移送时间"], []
    for number in range(count):
        handed, noted = f"2026-11-10 10:{number:02}:00", f"2026-11-10T10:{number + 1:02}:00"
        lines.append(f"J{number},{handed},{handed},complaint_12345,GD{number},{handed}")
        items.append({"workOrderNo": f"GD{number}", "updateTime": noted, "callTime": noted})
    return "\n".join([*lines, ""]), {"data": {"items": items}}


def test_a_clock_found_wrong_moves_the_steps_of_that_week_too(tmp_path):
    settings, town, store = _open(tmp_path, "steps")
    files = tmp_path / "files"
    files.mkdir()
    old = {"workOrderNo": "OLD", "updateTime": "2026-11-08T10:00:00", "callTime": "2026-11-08T10:00:00"}
    police, hotline = _transfers(12)
    texts = {
        "complaint_12345_20261108120000.json": json.dumps({"data": {"items": [old]}}),
        "complaint_12345_step_20261109120000.csv": "流水号,工单号,环节,时间\nS1,OLD,P,2026-11-09 10:00:00\n",
        "police_110_20261110120000.csv": police,
        "complaint_12345_20261110120000.json": json.dumps(hotline),
    }
    named = [(name.rsplit("_", 1)[0], files / name) for name in texts]
    for _, path in named:
        path.write_text(texts[path.name], encoding="utf-8")
    dispatched = "SELECT dispatched_at FROM mart_incident WHERE incident_id = 'complaint_12345:OLD'"
    with store as con:
        _load(con, town, settings, named[:2])
        build(con, town)
        before = con.execute(dispatched).fetchone()[0]
        _load(con, town, settings, named[2:])
        assert not build(con, town).is_full
        assert (before - con.execute(dispatched).fetchone()[0]).total_seconds() == 60
        stepwise = {table: _content(con, table) for table in TABLES}
        build(con, town, full=True)
        assert {table: _content(con, table) for table in TABLES} == stepwise


def test_code_that_decides_what_tables_hold_is_part_of_the_definitions():
    for name in DECIDING_CODE:
        assert list((ROOT / "etl").glob(f"{name}.py")), (
            f"etl/{name}.py is gone: a change there would not be built"
        )
