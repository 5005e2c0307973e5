"""The console over the network: who may, what is written down, what is kept, what leaves as a file."""

from __future__ import annotations

import csv
import io
import time

import pytest

from data.ops import Ops
from data.request import Scope
from serve.console.gate import Refused
from serve.console.parameters import bind
from serve.console.private_copy import scope_test
from serve.console.process import Limits
from tests.access.conftest import accounts_file  # noqa: F401  a fixture
from tests.access.small_app import serve_small_app
from tests.console.conftest import FOREIGN, OWN

COUNT = "SELECT count(*) AS n FROM mart_incident"


@pytest.fixture
def house(tmp_path, accounts_file, bench, monkeypatch):  # noqa: F811
    # A busy machine may take its time; that statements end in time is test_queue.py's.
    monkeypatch.setattr("serve.console.desk.Limits", lambda: Limits(wall_s=60, cpu_s=20))
    return serve_small_app(tmp_path, accounts_file, store=bench.store)


def _end(client, said: dict) -> dict:
    limit = time.monotonic() + 60
    while said["state"] in ("queued", "running"):
        assert time.monotonic() < limit, "it did not end"
        time.sleep(0.05)
        said = client.get("/query/job", params={"id": said["id"]}).json()
    return said


def _run(client, sql: str, parameters: object = ()) -> dict:
    got = client.post("/query/run", json={"sql": sql, "parameters": list(parameters)})
    return _end(client, got.json()) if got.status_code == 202 else got.json() | {"status": got.status_code}


def _trail(house) -> list[tuple]:
    ops = Ops(house.home / "ops.sqlite")
    rows = ops.rows(
        "SELECT actor_name, is_success, detail_text FROM audit WHERE action_code = 'query' ORDER BY seq_no"
    )
    ops.close()
    return [tuple(row) for row in rows]


def test_each_asks_with_their_own_rows(house):
    # Incidents 1 and 2 are d1's, 3 and 4 are d2's; the department account sees d1 only.
    assert _run(house.client("analyst"), COUNT)["answer"]["rows"] == [[4]]
    mine = _run(house.client("department"), "SELECT title_text FROM mart_incident ORDER BY 1")
    assert mine["answer"]["rows"] == [[OWN], [OWN]]


def test_rows_left_behind_before_the_copy_change_no_answer(house):
    # Only rows with the text are copied, and still only the asker's own.
    counted = "SELECT count(*) FROM mart_incident AS i WHERE i.title_text IN ('{}', 'nothing')"
    for title, town in ((OWN, 2), (FOREIGN, 2)):
        assert _run(house.client("analyst"), counted.format(title))["answer"]["rows"] == [[town]]
    mine = [
        _run(house.client("department"), counted.format(each))["answer"]["rows"] for each in (OWN, FOREIGN)
    ]
    assert mine == [[[2]], [[0]]]


@pytest.mark.parametrize("role", ["wall", "operator", "auditor", "grid_worker"])
def test_others_may_not_ask(house, role):
    client = house.client(role)
    assert client.post("/query/run", json={"sql": "SELECT 1"}).status_code == 403
    assert client.get("/query/schema").status_code == 403
    assert client.get("/query/saved", params={"id": "x"}).status_code == 403


def test_a_stranger_and_another_site_get_nothing(house):
    assert house.client().post("/query/run", json={"sql": "SELECT 1"}).status_code == 401
    foreign = {"origin": "http://evil.example"}
    assert (
        house.client("analyst").post("/query/run", json={"sql": "SELECT 1"}, headers=foreign).status_code
        == 403
    )


@pytest.mark.parametrize(
    "body", ["[]", "1", "{", '{"sql": 7}', "{}", '{"sql": "SELECT 1", "parameters": [1]}']
)
def test_nonsense_is_refused(house, body):
    client = house.client("analyst")
    got = client.post("/query/run", content=body, headers={"content-type": "application/json"})
    assert got.status_code in (400, 202)
    if got.status_code == 202:
        assert _end(client, got.json())["state"] == "done"  # a parameter nobody asks for is left out


def test_every_statement_is_written_down(house):
    client = house.client("analyst")
    _run(client, COUNT)
    assert _run(client, "DROP TABLE mart_incident")["status"] == 400
    _run(client, "SELECT nonexistent FROM mart_incident")
    trail = _trail(house)
    assert [(actor, success) for actor, success, _ in trail] == [
        ("analyst", 1),
        ("analyst", 0),
        ("analyst", 0),
    ]
    done, refused, failed = (detail for _, _, detail in trail)
    assert done.startswith("done rows=1 ms=")
    assert "scope=areas:all departments:all" in done
    assert COUNT in done
    assert refused.startswith("refused not_select rows=None")
    assert failed.startswith("failed statement rows=None")
    kept = client.get("/query/history").json()["statements"]
    assert [each["state"] for each in kept] == ["failed", "refused", "done"]
    assert house.client("leader").get("/query/history").json()["statements"] == []


def test_the_trail_names_the_rows_seen(house):
    _run(house.client("department"), COUNT)
    assert "departments:d1" in _trail(house)[0][2]


def test_a_kept_statement_is_opened_by_others_and_run_with_their_own_rows(house):
    analyst, department = house.client("analyst"), house.client("department")
    asked = {
        "title": "按部门",
        "sql": "SELECT title_text FROM mart_incident WHERE department_id = $d",
        "view": {"mode": "bar"},
    }
    parameters = [{"name": "d", "kind": "text", "value": "d2"}]
    kept = analyst.post("/query/save", json={**asked, "parameters": parameters}).json()["id"]
    opened = department.get("/query/saved", params={"id": kept}).json()
    assert opened["sql"] == asked["sql"]
    assert opened["owner"] == "analyst"
    assert not opened["is_mine"]
    assert _run(analyst, opened["sql"], opened["parameters"])["answer"]["rows"] == [[FOREIGN], [FOREIGN]]
    assert _run(department, opened["sql"], opened["parameters"])["answer"]["rows"] == []
    # Others can neither change nor remove it.
    assert department.post("/query/save", json={**asked, "id": kept}).status_code == 404
    assert department.post("/query/remove", json={"id": kept}).status_code == 404
    assert department.get("/query/saved").json()["queries"] == []
    assert analyst.post("/query/remove", json={"id": kept}).status_code == 200
    assert analyst.get("/query/saved", params={"id": kept}).status_code == 404


@pytest.mark.parametrize(
    "asked", [{"title": "", "sql": "SELECT 1"}, {"title": "x", "sql": " "}, {"title": "x" * 121, "sql": "1"}]
)
def test_what_cannot_be_kept(house, asked):
    assert house.client("analyst").post("/query/save", json=asked).status_code == 400


def test_another_asker_neither_sees_nor_cancels_a_job(house):
    job = _run(house.client("analyst"), COUNT)["id"]
    leader = house.client("leader")
    assert leader.get("/query/job", params={"id": job}).status_code == 404
    assert leader.post("/query/cancel", json={"id": job}).status_code == 404
    assert leader.post("/query/export", json={"id": job}).status_code == 404


def test_a_file_has_a_mark_neutralised_formulas_and_a_row_in_the_register(house):
    client = house.client("analyst")
    sql = "SELECT x, 5 AS n FROM (VALUES ('=HYPERLINK(1)'), ('+1+2'), ('@SUM(A1)'), ('普通')) AS t(x)"
    job = _run(client, sql)
    got = client.post("/query/export", json={"id": job["id"]})
    assert got.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(got.content.decode("utf-8-sig"))))
    assert rows[0] == ["x", "n"]
    assert rows[4] == ["普通", "5"]
    assert not any(cell[:1] in tuple("=+-@") for row in rows for cell in row if cell)
    ops = Ops(house.home / "ops.sqlite")
    entry = ops.row("SELECT * FROM export_register")
    ops.close()
    assert (entry["actor_name"], entry["kind_code"], entry["row_count"], entry["filters_text"]) == (
        "analyst",
        "query",
        4,
        sql,
    )


@pytest.mark.parametrize(
    ("kind", "value", "sql", "found"),
    [
        ("text", "'; DROP TABLE x; --", "SELECT $p AS v", "'; DROP TABLE x; --"),
        ("number", "2.5", "SELECT $p * 2 AS v", 5.0),
        ("number", "7", "SELECT $p + 1 AS v", 8),
        ("date", "2026-11-20", "SELECT count(*) FROM mart_incident WHERE signal_date = $p", 4),
        (
            "instant",
            "2026-11-19T18:30:00",
            "SELECT count(*) FROM mart_incident WHERE first_signal_at >= $p",
            3,
        ),
        ("boolean", "true", "SELECT count(*) FROM mart_incident WHERE is_open = $p", 4),
    ],
)
def test_parameters_are_bound_each_of_its_kind(bench, kind, value, sql, found):
    # Incidents 1 to 4 begin at 01:00 to 04:00 in Shanghai, 17:00 to 20:00 UTC of the day before: 18:00 is before 18:30.
    expected = 2 if kind == "instant" else found
    answer = bench.ask(sql, declared=[{"name": "p", "kind": kind, "value": value}])
    assert answer["rows"] == [[expected]]


@pytest.mark.parametrize(
    "declared",
    [
        [{"name": "p", "kind": "number", "value": "1; DROP"}],
        [{"name": "p", "kind": "date", "value": "yesterday"}],
        [{"name": "p", "kind": "boolean", "value": "yes"}],
        [{"name": "p", "kind": "sql", "value": "1"}],
        [{"name": "p", "kind": "number", "value": "nan"}],
        [{"name": "p'", "kind": "text", "value": "1"}],
        [{"name": "p", "kind": "text", "value": "x" * 501}],
        [{"name": "p", "kind": "text", "value": "1"}] * 2,
        [{"name": "q", "kind": "text", "value": "1"}],
    ],
)
def test_a_parameter_that_is_not_of_its_kind_is_refused(declared):
    with pytest.raises(Refused, match="parameter"):
        bind(declared, ["p"], given={})


@pytest.mark.parametrize(
    ("scope", "counts"),
    [
        (Scope(), (4, 3)),
        (Scope(area_ids=frozenset(["g1"])), (2, 1)),
        (Scope(area_ids=frozenset(["c1"])), (3, 2)),
        (Scope(area_ids=frozenset(["town"])), (4, 3)),
        (Scope(area_ids=frozenset(["nowhere"])), (0, 0)),
        (Scope(area_ids=frozenset()), (0, 0)),
        # Places say no department: such a visitor sees them all, as on every screen.
        (Scope(department_ids=frozenset(["d1"])), (2, 3)),
        (Scope(frozenset(["g1"]), frozenset(["d2"])), (1, 1)),
    ],
)
def test_a_copy_holds_the_rows_of_the_scope(bench, scope, counts):
    found = [
        bench.ask(f"SELECT count(*) FROM {table}", scope=scope)["rows"][0][0]
        for table in ("mart_incident", "mart_place")
    ]
    assert tuple(found) == counts


def test_rows_without_place_and_department_are_nobodys():
    limited = Scope(area_ids=frozenset(["g1"]))
    assert scope_test("mart_place_link", ["incident_id"], scope=limited, params={}).startswith(
        "asked.incident_id IN"
    )
    assert scope_test("mart_plan", ["plan_id"], scope=limited, params={}) == "false"
    assert (
        scope_test("mart_plan", ["plan_id"], scope=Scope(department_ids=frozenset(["d1"])), params={})
        == "false"
    )
    assert scope_test("dim_area", ["area_id"], scope=limited, params={}) == ""
