"""Hostile statements against the real gate and the real child: nothing leaks, nothing is written, nothing stays."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
import yaml

from data.request import Scope
from serve.console.gate import Refused
from serve.console.private_copy import make_plan
from serve.console.process import Limits, run_child
from tests.console.conftest import FOREIGN, HIDDEN, OWN, PERSON

STATEMENTS = yaml.safe_load((Path(__file__).parent / "hostile.yaml").read_text(encoding="utf-8"))
MINE = Scope(area_ids=frozenset(["g1", "g2"]), department_ids=frozenset(["d1"]))
ENDED = {"harmless", "statement", "time", "memory", "limits", "cut"}
# What never ends is ended soon here; for all else a busy machine may take its time.
SHORT, PATIENT = Limits(wall_s=1.2, cpu_s=3), Limits(wall_s=60, cpu_s=20)


def _filled(bench, sql: str) -> str:
    return sql.replace("{home}", str(bench.home)).replace("{canary}", str(bench.canary))


def _secrets(bench) -> list[str]:
    passwd = Path("/etc/passwd").read_text(encoding="utf-8").splitlines()[0]
    return [FOREIGN, HIDDEN, str(PERSON), passwd, str(bench.home), os.environ.get("HOME", "/root") + "/"]


def _digest(folder: Path) -> str:
    """Returns a digest of every published file; the book (ops.sqlite) is written by the desk itself."""
    total = hashlib.sha256()
    for path in sorted((folder / "published").rglob("*")):
        if path.is_file():
            total.update(str(path).encode() + path.read_bytes())
    return total.hexdigest()


def _sections(outcomes: set[str], *, has: bool) -> list:
    return [
        pytest.param(section, [each for each in listed if (each[0] in outcomes) == has], id=section)
        for section, listed in STATEMENTS.items()
        if any((outcome in outcomes) == has for outcome, _ in listed)
    ]


def test_there_are_enough_of_them():
    assert sum(map(len, STATEMENTS.values())) >= 200
    assert len(STATEMENTS) >= 20


@pytest.mark.parametrize(("section", "listed"), _sections(ENDED, has=False))
def test_the_gate_refuses_it_for_the_reason_stated(bench, section, listed):
    wrong = []
    for outcome, sql in listed:
        found = bench.ask(_filled(bench, sql), scope=MINE)
        if found.get("error") != outcome or not found.get("is_refused"):
            wrong.append((outcome, found, sql[:80]))
    assert wrong == []


def _fits(outcome: str, found: dict) -> bool:
    if outcome in ("statement", "time", "memory"):
        return found.get("error") == outcome
    if outcome == "cut":
        return found.get("is_cut") is True
    return "rows" in found or (outcome == "limits" and found.get("error") in ("time", "memory", "statement"))


@pytest.mark.parametrize(("section", "listed"), _sections(ENDED, has=True))
def test_what_passes_the_gate_meets_own_rows_only(bench, section, listed):
    before, wrong = _digest(bench.home), []
    for outcome, sql in listed:
        limits = SHORT if outcome in ("time", "limits") else PATIENT
        found = bench.ask(_filled(bench, sql), scope=MINE, limits=limits)
        said = json.dumps(found, ensure_ascii=False)
        # What the asker wrote himself is no leak: only the answer's own words are looked through.
        leaked = [each for each in _secrets(bench) if each in said.replace(sql, "")]
        if found.get("is_refused") or not _fits(outcome, found) or leaked:
            wrong.append((outcome, said[:200], leaked, sql[:80]))
    assert wrong == []
    assert _digest(bench.home) == before
    assert not bench.canary.exists()
    assert bench.ask("SELECT count(*) FROM mart_incident", scope=MINE)["rows"] == [[2]]


def test_the_marks_are_there_to_be_found(bench):
    """Without a limited scope the same statements do show what the others must not: the test can fail."""
    said = json.dumps(bench.ask("SELECT * FROM mart_incident"))
    assert FOREIGN in said
    assert OWN in said


BEHIND_THE_GATE = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "COPY (SELECT 1) TO '{canary}'",
    "WITH x AS (COPY (SELECT 1) TO '{canary}') SELECT * FROM x",
    "ATTACH '{home}/published/delta/1.duckdb' AS d",
    "SELECT * FROM glob('/etc/*')",
    "SELECT getenv('HOME') || getenv('PATH')",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "LOAD '/tmp/x.duckdb_extension'",
    "INSTALL httpfs",
    "SELECT * FROM secret_frame",
    "SELECT * FROM duckdb_databases()",
    "SELECT sql FROM duckdb_views() WHERE NOT internal",
    "SELECT * FROM duckdb_external_file_cache()",
    "SELECT stats(title_text) FROM mart_incident",
    "EXPLAIN ANALYZE SELECT * FROM mart_incident",
    "SELECT sleep_ms(60000)",
]


@pytest.mark.parametrize("sql", BEHIND_THE_GATE)
def test_without_the_gate_the_process_gives_nothing_away(bench, sql):
    """The second wall by itself: these go straight into the locked child."""
    checked = bench.desk.gate.check("SELECT * FROM mart_incident")
    with bench.store.reading() as snapshot:
        plan = make_plan(checked, scope=MINE, snapshot=snapshot)
    job = {"plan": plan.steps, "sql": _filled(bench, sql), "params": {}}
    found = run_child(job, SHORT, on_stage=lambda stage: None, is_cancelled=lambda: False)
    said = json.dumps({name: found.get(name) for name in ("rows", "error")})
    assert not any(each in said for each in _secrets(bench)), said[:300]
    assert "passwd" not in said
    assert not bench.canary.exists()


def test_the_gate_itself_is_not_changed_by_what_it_read(bench):
    for listed in STATEMENTS.values():
        for _, sql in listed:
            try:
                bench.desk.gate.check(_filled(bench, sql))
            except Refused:
                continue
    parser = bench.desk.gate._parser
    held = dict(
        parser.execute(
            "SELECT name, value FROM duckdb_settings() WHERE name IN "
            "('enable_external_access', 'lock_configuration', 'python_enable_replacements')"
        ).fetchall()
    )
    assert held == {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "python_enable_replacements": "false",
    }
    assert parser.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
