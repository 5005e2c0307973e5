"""What the writer remembers between runs (构建状态): keys and values in the warehouse itself."""

from __future__ import annotations

import duckdb


def read_state(con: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """Returns a value of build_state, None when it was never set."""
    con.execute("CREATE TABLE IF NOT EXISTS build_state (key VARCHAR, value VARCHAR)")
    rows = con.execute("SELECT value FROM build_state WHERE key = ?", [key]).fetchall()
    return rows[0][0] if rows else None


def write_state(con: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    """Sets a value of build_state."""
    con.execute("DELETE FROM build_state WHERE key = ?", [key])
    con.execute("INSERT INTO build_state VALUES (?, ?)", [key, value])
