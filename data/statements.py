"""Statements (语句) read once: the same ones are run for every file and every generation, and reading them is a tenth of it."""

from __future__ import annotations

from functools import lru_cache

import duckdb

KEPT = 1024


@lru_cache(maxsize=KEPT)
def parsed(sql: str) -> duckdb.Statement | str:
    """Returns a statement ready to be planned; a text of several statements as it is."""
    statements = duckdb.extract_statements(sql)
    return statements[0] if len(statements) == 1 else sql


class Attentive:
    """A connection that reads the text of each statement once; in everything else the connection itself."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def execute(self, sql: str, params: object = None) -> duckdb.DuckDBPyConnection:
        """Runs a statement."""
        return self._con.execute(parsed(sql), params)

    def __getattr__(self, name: str) -> object:
        return getattr(self._con, name)
