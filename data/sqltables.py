"""Which tables a SELECT reads (读取的表), by DuckDB's own parser; nothing is bound, so tables and macros need not exist."""

from __future__ import annotations

import json

import duckdb


def read_tables(con: duckdb.DuckDBPyConnection, sql: str) -> frozenset[str]:
    """Returns the names of the tables a SELECT reads, its own WITH clauses left out.

    Raises:
        ValueError: not a SELECT, or it does not parse.
    """
    parsed = json.loads(con.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()[0][0])
    if parsed["error"]:
        raise ValueError(parsed["error_message"])
    tables: set[str] = set()
    own: set[str] = set()
    queue: list[object] = [parsed["statements"]]
    while queue:
        node = queue.pop()
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                tables.add(node["table_name"])
            own |= {each["key"] for each in (node.get("cte_map") or {}).get("map", ())}
            queue += node.values()
        elif isinstance(node, list):
            queue += node
    return frozenset(tables - own)
