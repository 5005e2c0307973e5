"""The chain of every number: mart, models, what was loaded, contracts."""

from __future__ import annotations

import ast

import duckdb
import pytest

from data.catalogue import catalogue
from data.lineage import LineageError, last_loads, read_models, trace_metric
from data.sqltables import read_tables
from tests.components.frames import town
from tests.data.modules import INSPECTED_UNTIL, open_visits

ALL = catalogue()


def wrong_tables(marts) -> list[str]:
    """Marts whose `tables` miss one their rows read, or name one they do not read and that names nothing (dim_)."""
    con, wrong = duckdb.connect(), []
    for mart in marts:
        read = read_tables(con, mart.rows)
        extra = [name for name in set(mart.tables) - read if not name.startswith("dim_")]
        if extra or read - set(mart.tables):
            wrong.append(mart.id)
    return wrong


def test_a_mart_names_the_tables_its_rows_read():
    assert wrong_tables(ALL.marts.values()) == []


def test_a_table_a_mart_forgot_is_seen():
    forgot = ALL.mart("mart_count").model_copy(update={"tables": ("mart_report",)})
    too_many = ALL.mart("mart_count").model_copy(
        update={"tables": ("mart_report", "mart_incident", "mart_feed")}
    )
    assert wrong_tables([forgot, too_many]) == ["mart_count", "mart_count"]


def test_every_chain_ends_in_contracts_and_every_register_it_names_is_in_it():
    for metric in ALL.metrics.values():
        nodes = trace_metric(metric.id, town=town())
        assert [node for node in nodes if node.kind == "feed"], metric.id
        raws = {node.name for node in nodes if node.kind == "raw"}
        missing = {f"raw_{name}" for name in ALL.mart(metric.model).entities} - raws
        assert not missing, f"{metric.id}: {missing} is named by its mart and not read"


def test_tables_made_by_python_are_in_the_chain():
    made = read_models()["core_road_piece"]
    assert made.path.name == "module_python.py" and "raw_road_segment" in made.reads


def test_a_builder_that_looks_otherwise_is_named(tmp_path, monkeypatch):
    path = tmp_path / "module_python.py"
    path.write_text("MAKERS = {}", encoding="utf-8")
    assert ast.parse(path.read_text(encoding="utf-8"))
    monkeypatch.setattr("data.lineage.MAKERS", path)
    read_models.cache_clear()
    with pytest.raises(LineageError, match=r"module_python\.py: no MAKERS"):
        read_models()
    monkeypatch.undo()
    read_models.cache_clear()


def test_the_last_load_stands_at_the_end(tmp_path):
    opened = open_visits(tmp_path)
    assert list(last_loads(opened)) == ["visits"]
    assert f"complete to {INSPECTED_UNTIL:%Y-%m-%d %H:%M} UTC" in last_loads(opened)["visits"]
    opened.close()


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT a FROM x JOIN y USING (a) WHERE EXISTS (FROM z)", {"x", "y", "z"}),
        ("WITH y AS (SELECT a FROM x) SELECT a, $as_of_at FROM y, (SELECT a FROM w) UNION ALL SELECT a FROM v", {"x", "w", "v"}),
        ("SELECT sum(a) OVER (ORDER BY at_at RANGE BETWEEN INTERVAL 365 DAY PRECEDING AND CURRENT ROW) FROM x", {"x"}),
    ],
)  # fmt: skip
def test_tables_of_a_select(sql, tables):
    assert read_tables(duckdb.connect(), sql) == tables


@pytest.mark.parametrize(("sql", "words"), [("DELETE FROM x", "SELECT"), ("SELECT FROM WHERE", "syntax")])
def test_what_is_no_select_is_refused(sql, words):
    with pytest.raises(ValueError, match=words):
        read_tables(duckdb.connect(), sql)
