"""What the gate reads out of a statement: tables, columns, parameters, how many rows at most."""

from __future__ import annotations

import pytest

from data.console_tables import FOLDER, ConsoleTableError, console_tables, is_shown, read_console_tables
from data.dictionary import columns
from serve.console.desk import scrubbed
from serve.console.gate import Gate, Refused


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(frozenset(console_tables()))


ORDINARY = [
    "SELECT count(*) FROM mart_incident",
    "FROM mart_place SELECT place_name LIMIT 3",
    "SELECT category_code, count(*) FILTER (WHERE is_open) FROM mart_incident GROUP BY ALL ORDER BY 2 DESC;",
    "WITH a AS (SELECT grid_id FROM mart_incident) SELECT * FROM a JOIN dim_area_grid USING (grid_id)",
    "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 9) SELECT * FROM r",
    "SELECT *, row_number() OVER (PARTITION BY grid_id ORDER BY place_id) AS nth FROM mart_place QUALIFY nth <= 3",
    "SELECT date_trunc('week', local_at(first_signal_at)), quantile_cont(report_count, 0.9) FROM mart_incident GROUP BY 1",
    "SELECT CASE WHEN title_text LIKE '%垃圾%' THEN '垃圾' END, TRY_CAST('1' AS INTEGER), DATE '2026-01-01' FROM mart_incident",
    "SELECT grid_id, sum(n) OVER w FROM (SELECT grid_id, count(*) AS n FROM mart_report GROUP BY 1) WINDOW w AS (ORDER BY n)",
    "SELECT unnest(feed_list) AS feed_id, count(*) FROM mart_incident GROUP BY 1",
    "SELECT * FROM mart_incident AS i ANTI JOIN mart_appeal USING (incident_id)",
    "SELECT feed_id, grouping(feed_id), count(*) FROM mart_incident GROUP BY CUBE (feed_id)",
    "SELECT a.d, count(i.incident_id) FROM range(DATE '2026-01-01', DATE '2026-02-01', INTERVAL 1 DAY) AS a(d) "
    "LEFT JOIN mart_incident AS i ON i.signal_date = a.d GROUP BY 1",
    "EXPLAIN SELECT 1",
    "/* a remark */ SELECT 1 -- another",
]


@pytest.mark.parametrize("sql", ORDINARY)
def test_ordinary_questions_pass(gate, sql):
    assert gate.check(sql).sql.upper().startswith(("SELECT", "FROM", "WITH", "EXPLAIN"))


def test_only_the_tables_and_columns_named_are_copied(gate):
    checked = gate.check("SELECT Category_Code FROM MART_INCIDENT WHERE $p < report_count")
    assert checked.tables == {"mart_incident"}
    assert checked.names == {"category_code", "report_count"}
    assert checked.parameters == {"p"}
    assert gate.check("SELECT * FROM mart_incident").names is None
    assert gate.check("SELECT count(*) FROM mart_incident").names == frozenset()
    assert gate.check("SELECT 1 FROM mart_incident NATURAL JOIN mart_report").names is None
    assert "grid_id" in gate.check("SELECT 1 FROM mart_incident JOIN mart_place USING (grid_id)").names
    assert gate.check("SELECT 'payment_count' AS m").literals == {"payment_count"}


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT * FROM mart_clock LIMIT 10", 10),
        ("SELECT minutes FROM mart_clock LIMIT 10 OFFSET 5", 15),
        ("SELECT * FROM mart_clock", None),
        ("SELECT count(*) FROM mart_clock LIMIT 10", None),
        ("SELECT minutes FROM mart_clock WHERE minutes > 1 LIMIT 10", None),
        ("SELECT minutes FROM mart_clock ORDER BY 1 LIMIT 10", None),
        ("SELECT DISTINCT minutes FROM mart_clock LIMIT 10", None),
        ("SELECT minutes FROM mart_clock GROUP BY ALL LIMIT 10", None),
        ("SELECT minutes FROM mart_clock LIMIT 10%", None),
        ("SELECT minutes FROM mart_clock TABLESAMPLE 5% LIMIT 10", None),
        ("SELECT * REPLACE (sum(minutes) OVER () AS minutes) FROM mart_clock LIMIT 10", None),
        ("SELECT a.minutes FROM mart_clock AS a, mart_clock AS b LIMIT 10", None),
        ("SELECT minutes FROM mart_clock LIMIT (SELECT 3)", None),
        ("SELECT minutes FROM mart_clock UNION ALL SELECT minutes FROM mart_clock LIMIT 3", None),
    ],
)
def test_first_rows_are_enough_only_where_nothing_else_is_asked(gate, sql, rows):
    assert gate.check(sql).first_rows == rows


def test_a_part_named_in_one_place_is_no_table_elsewhere(gate):
    with pytest.raises(Refused, match="name"):
        gate.check("SELECT * FROM (WITH pg_tables AS (SELECT 1) SELECT 1), pg_tables")


def test_every_table_offered_is_described_and_hides_what_is_sensitive():
    for name, table in console_tables().items():
        assert table.zh
        assert table.en, name
        assert not any(is_shown(name, column) for column, about in columns().items() if about.grade == 4)
    assert not {"mart_payment", "mart_entitlement", "mart_tax", "mart_quarantine"} & set(console_tables())


def test_a_table_described_twice_is_an_error(tmp_path):
    text = next(FOLDER.glob("*.yaml")).read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("mart_incident: {zh: 事件, en: Incidents}\n", encoding="utf-8")
    with pytest.raises(ConsoleTableError, match="mart_incident"):
        read_console_tables(tmp_path)


def test_messages_lose_what_looks_like_a_file():
    said = scrubbed(
        'IO Error: Cannot open file "/srv/town/published/delta/7.duckdb": Permission denied' + "x" * 500
    )
    assert "published" not in said
    assert "duckdb" not in said
    assert len(said) <= 300


@pytest.mark.parametrize(
    ("sql", "only"),
    [
        ("SELECT count(*) FROM mart_step WHERE step_code = 'extend'", {"step_code": ("extend",)}),
        (
            "SELECT 1 FROM mart_step AS s WHERE s.Step_Code IN ('a', 'b') AND (feed_id = 'c' AND seq_no > 1)",
            {"step_code": ("a", "b"), "feed_id": ("c",)},
        ),
        ("SELECT 1 FROM mart_step WHERE step_code = 'a' OR feed_id = 'c'", {}),
        ("SELECT 1 FROM mart_step WHERE NOT step_code = 'a'", {}),
        ("SELECT 1 FROM mart_step WHERE step_code NOT IN ('a')", {}),
        ("SELECT 1 FROM mart_step WHERE step_code = lower('A')", {}),
        ("SELECT count(*) FILTER (WHERE step_code = 'a') FROM mart_step", {}),
        (
            "SELECT 1 FROM mart_step WHERE step_code = 'a' AND acted_at > (SELECT max(acted_at) FROM mart_step)",
            {},
        ),
        ("SELECT 1 FROM mart_step LEFT JOIN mart_incident USING (incident_id) WHERE step_code = 'a'", {}),
        ("SELECT 1 FROM mart_step WHERE step_code = 'a' UNION ALL SELECT 1 FROM mart_step", {}),
        ("WITH x AS (SELECT * FROM mart_step) SELECT 1 FROM x WHERE step_code = 'a'", {}),
        ("SELECT 1 FROM mart_step WHERE step_code = 'a' USING SAMPLE 10%", {}),
        ("SELECT 1 FROM mart_step AS s WHERE feed_list.step_code = 'a'", {}),
    ],
)
def test_rows_a_statement_does_not_look_at_are_known(gate, sql, only):
    assert dict(gate.check(sql).only) == only
