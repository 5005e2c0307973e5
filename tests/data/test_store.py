"""The door to the published generations: new ones are seen at once, running reads keep theirs, nothing leaks."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from data.connection import Store, StoreError
from data.query import fetch
from data.request import EVERYTHING, Request
from tests.published import ZONE, at, incident, open_store, publish

AS_OF_AT = at("2026-11-20 12:00")


def _incidents(count: int) -> list[dict]:
    return [
        incident(number, AS_OF_AT - timedelta(hours=number), registered_at=AS_OF_AT)
        for number in range(1, count + 1)
    ]


def _open_count(store) -> float:
    return fetch(Request("open_count"), scope=EVERYTHING, store=store).row["value"]


def test_an_empty_home_says_what_to_do(tmp_path):
    with pytest.raises(StoreError, match="nothing published yet"):
        Store(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"generation": 1}', "null"])
def test_a_broken_manifest_is_named(tmp_path, content):
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "CURRENT").write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="CURRENT: not a manifest"):
        Store(tmp_path)


def test_a_new_generation_is_seen_by_the_next_question(tmp_path):
    store = open_store(tmp_path, _incidents(10), as_of_at=AS_OF_AT)
    assert _open_count(store) == 10
    publish(tmp_path, _incidents(11), as_of_at=AS_OF_AT, touched=frozenset({11}), generation=2)
    assert _open_count(store) == 11
    assert store.generation() == 2
    store.close()


def test_a_changed_case_counts_once_with_its_new_state(tmp_path):
    before = _incidents(10)
    after = [
        *before[:3],
        before[3] | {"closed_at": AS_OF_AT, "is_open": False, "stage_code": "closed"},
        *before[4:],
    ]
    store = open_store(tmp_path, after, as_of_at=AS_OF_AT, touched=frozenset({4}), earlier={4: before[3]})
    assert _open_count(store) == 9
    assert fetch(Request("incident_count"), scope=EVERYTHING, store=store).row["value"] == 10
    assert fetch(Request("closed_count"), scope=EVERYTHING, store=store).row["value"] == 1
    store.close()


def test_a_running_read_keeps_its_generation_and_old_ones_go(tmp_path):
    store = open_store(tmp_path, _incidents(3), as_of_at=AS_OF_AT)
    with store.reading() as held:
        for generation in range(2, 8):
            publish(tmp_path, _incidents(3 + generation), as_of_at=AS_OF_AT, generation=generation)
            store.refresh()
        assert held.rows("SELECT count(*) FROM mart_incident") == [(3,)]
        with pytest.raises(StoreError, match="opened generation 2 is gone"), store.reading(2):
            pass
    store.refresh()
    attached = store.execute("SELECT database_name FROM duckdb_databases() WHERE database_name LIKE 'delta%'")
    assert sorted(attached["database_name"]) == ["delta_5", "delta_6", "delta_7"]
    rolls = store.execute(
        "SELECT count(DISTINCT table_name) AS n FROM duckdb_tables() WHERE schema_name = 'base_rolls'"
    )
    assert rolls["n"][0] == 15  # five rollups of each generation's base
    store.close()


def test_readers_on_many_threads_never_see_half_a_generation(tmp_path):
    store = open_store(tmp_path, _incidents(5), as_of_at=AS_OF_AT)
    stop, seen, wrong = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            with store.reading() as snapshot:
                count = snapshot.rows("SELECT count(*) FROM mart_incident")[0][0]
                again = snapshot.rows("SELECT sum(incident_count) FROM roll_count_grid")[0][0]
            seen.add(snapshot.generation)
            if not count == again == snapshot.generation + 4:
                wrong.append((snapshot.generation, count, again))

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(read) for _ in range(4)]
        for generation in range(2, 8):
            publish(
                tmp_path,
                _incidents(generation + 4),
                as_of_at=AS_OF_AT,
                touched=frozenset({generation}),
                generation=generation,
            )
            store.refresh()
        stop.set()
        for job in jobs:
            job.result()
    assert wrong == []
    assert len(seen) > 1
    store.close()


def test_months_that_did_not_change_are_not_read_again(tmp_path):
    store = open_store(tmp_path, _incidents(800), as_of_at=AS_OF_AT)  # two months
    manifest = json.loads((tmp_path / "published" / "CURRENT").read_text(encoding="utf-8"))
    october = manifest["base"]["2026-10"]
    publish(tmp_path, _incidents(800), as_of_at=AS_OF_AT, generation=2)
    fresh = json.loads((tmp_path / "published" / "CURRENT").read_text(encoding="utf-8"))
    fresh["base"]["2026-10"] = october
    for path in (tmp_path / "published" / october).glob("roll_*.parquet"):
        path.unlink()  # reading them again would fail
    (tmp_path / "published" / "CURRENT").write_text(json.dumps(fresh), encoding="utf-8")
    store.refresh()
    assert store.generation() == 2
    assert store.execute("SELECT sum(incident_count) AS n FROM roll_count_grid")["n"][0] == 800
    store.close()


def test_a_generation_that_cannot_be_opened_leaves_the_last_one_standing(tmp_path, caplog):
    store = open_store(tmp_path, _incidents(10), as_of_at=AS_OF_AT)
    publish(tmp_path, _incidents(12), as_of_at=AS_OF_AT, generation=2)
    delta = tmp_path / "published" / "delta" / "00000002.duckdb"
    whole = delta.read_bytes()
    delta.write_bytes(b"not a database")
    assert _open_count(store) == 10
    assert "keeping generation 1" in caplog.text
    delta.write_bytes(whole)
    publish(tmp_path, _incidents(13), as_of_at=AS_OF_AT, generation=3)
    assert _open_count(store) == 13
    store.close()


@pytest.mark.parametrize("name", ["mart_incident", "roll_clock_kind"])
def test_a_file_that_is_gone_is_an_error_not_a_lower_total(tmp_path, name):
    publish(tmp_path, _incidents(800), as_of_at=AS_OF_AT)
    next((tmp_path / "published" / "base" / "2026-10").glob(f"*/{name}.parquet")).unlink()
    with pytest.raises(StoreError, match=rf"{name}\.parquet"):
        Store(tmp_path, zone=ZoneInfo(ZONE))


def test_the_same_question_is_asked_once_however_many_ask(tmp_path, monkeypatch):
    store = open_store(tmp_path, _incidents(50), as_of_at=AS_OF_AT)
    asked = []
    import data.figures

    real = data.figures.compile_aggregate

    def slow(question):
        asked.append(question.request)
        time.sleep(0.2)
        return real(question)

    monkeypatch.setattr(data.figures, "compile_aggregate", slow)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _open_count(store), range(8)))
    assert answers == [50] * 8
    assert len(asked) == 1
    store.close()


def test_a_failed_question_is_not_remembered(tmp_path, monkeypatch):
    store = open_store(tmp_path, _incidents(5), as_of_at=AS_OF_AT)
    import data.figures

    def broken(question):
        raise RuntimeError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(data.figures, "compile_aggregate", broken)
        with pytest.raises(RuntimeError, match="disk"):
            _open_count(store)
    assert _open_count(store) == 5
    store.close()


def test_the_zone_is_the_towns_unless_it_is_given(tmp_path):
    publish(tmp_path, _incidents(1), as_of_at=AS_OF_AT)
    path = tmp_path / "published" / "CURRENT"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"town_id": "boston"}), encoding="utf-8")
    store = Store(tmp_path)
    assert store.zone == ZoneInfo("America/New_York")
    store.close()
    assert ZONE == "Asia/Shanghai"
