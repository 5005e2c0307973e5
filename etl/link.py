"""Linking (归并): reports of one real-world happening become one incident; edges and scores are kept."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from data.yamlfile import read_yaml

LINK_RULES = Path(__file__).resolve().parent.parent / "data" / "rules" / "link.yaml"
LINK_MODEL = Path(__file__).resolve().parent / "models" / "link" / "core_link.sql"
DECIDED_MODEL = LINK_MODEL.with_name("core_link_decided.sql")


def build_link_rules(con: duckdb.DuckDBPyConnection) -> None:
    """Writes dim_link: one row, the automatic score, the asset window and the weights of a near pair."""
    rules = read_yaml(LINK_RULES)
    row = {name: rules[name]["value"] for name in ("automatic_score", "asset_window_days")} | rules["weights"]
    con.register("incoming_dim", pd.DataFrame([row]))
    con.execute("CREATE OR REPLACE TABLE dim_link AS SELECT * FROM incoming_dim")
    con.unregister("incoming_dim")


def build_members(con: duckdb.DuckDBPyConnection, *, edges: str, reports: str) -> pd.DataFrame:
    """Returns the incidents with two or more reports among the automatic edges.

    Args:
        con: a connection whose world holds both tables.
        edges: table of edges (report_a, report_b, rule_code, score, is_automatic).
        reports: table with report_id and reported_at of every report the edges name.

    Columns: incident_id (the id of its earliest report, so independent of arrival), report_id,
        rule_code and score of the report's strongest edge.
    """
    pairs = con.execute(
        f"SELECT e.report_a, e.report_b, e.rule_code, e.score FROM {edges} AS e WHERE e.is_automatic "
        "ORDER BY e.report_a, e.report_b"
    ).df()
    if pairs.empty:
        return pd.DataFrame(
            {c: pd.Series(dtype="str") for c in ("incident_id", "report_id", "rule_code")}
        ).assign(score=pd.Series(dtype="float64"))
    codes, names = pd.factorize(pd.concat([pairs["report_a"], pairs["report_b"]], ignore_index=True))
    count, half = len(names), len(pairs)
    graph = coo_array((np.ones(half, dtype="int8"), (codes[:half], codes[half:])), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    con.register("incoming_nodes", pd.DataFrame({"report_id": names, "component": component}))
    con.register("incoming_pairs", pairs)
    members = con.execute(
        "WITH strongest AS (SELECT report_id, arg_max(rule_code, score) AS rule_code, max(score) AS score FROM ("
        "SELECT report_a AS report_id, rule_code, score FROM incoming_pairs UNION ALL "
        "SELECT report_b, rule_code, score FROM incoming_pairs) GROUP BY report_id) "
        "SELECT first_value(n.report_id) OVER (PARTITION BY n.component ORDER BY r.reported_at, n.report_id) AS incident_id, "
        "n.report_id, s.rule_code, s.score "
        f"FROM incoming_nodes AS n JOIN {reports} AS r ON r.report_id = n.report_id "
        "JOIN strongest AS s ON s.report_id = n.report_id"
    ).df()
    con.unregister("incoming_nodes")
    con.unregister("incoming_pairs")
    return members


def build_full_links(con: duckdb.DuckDBPyConnection) -> None:
    """Writes core_link and core_incident_report for all reports."""
    con.execute("CREATE OR REPLACE TEMP TABLE link_subject AS SELECT report_id FROM core_report")
    con.execute(f"CREATE OR REPLACE TABLE core_link AS {link_sql(is_full=True)}")
    members = build_members(con, edges="core_link", reports="core_report")
    con.register("incoming_members", members)
    con.execute(
        "CREATE OR REPLACE TABLE core_incident_report AS SELECT incident_id::VARCHAR AS incident_id, "
        "report_id::VARCHAR AS report_id, rule_code::VARCHAR AS rule_code, score::DOUBLE AS score FROM incoming_members"
    )
    con.unregister("incoming_members")
    con.execute("DROP TABLE link_subject")


def link_sql(*, is_full: bool) -> str:
    """Returns the linking query: what the rules find, then what people decided by hand.

    In a full build a pair is looked at once, from its later report.
    """
    found = LINK_MODEL.read_text(encoding="utf-8")
    if is_full:
        found = found.replace(
            "AND o.report_id <> p.report_id",
            "AND (o.reported_at, o.report_id) < (p.reported_at, p.report_id)",
        )
    return DECIDED_MODEL.read_text(encoding="utf-8").replace("FROM link_found AS f", f"FROM ({found}) AS f")
