"""Files are read again when one changed, and only then; a statement read once does what its text does."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from data.statements import Attentive, parsed
from etl.digests import files_digest


def test_a_changed_file_changes_the_digest_and_an_untouched_one_is_not_read_again(tmp_path, monkeypatch):
    files = [tmp_path / name for name in ("b.sql", "a.sql")]
    for file in files:
        file.write_text("one")
    first = files_digest(files)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read again"))
    assert files_digest(reversed(files)) == first
    monkeypatch.undo()
    files[0].write_text("two")
    os.utime(files[0], ns=(1, 1))  # an older time is a change, too
    assert files_digest(files) != first


def test_a_statement_read_once_is_planned_for_the_table_there_is_now():
    con = Attentive(duckdb.connect())
    con.execute("CREATE TABLE t AS SELECT 1 AS n")
    assert con.execute("SELECT sum(n) FROM t").fetchone() == (1,)
    con.execute("CREATE OR REPLACE TABLE t AS SELECT 'a' AS word, 2.5 AS n")
    assert con.execute("SELECT sum(n) FROM t").fetchone() == (2.5,)
    assert con.execute("SELECT n FROM t WHERE word = $word", {"word": "a"}).fetchone() == (2.5,)
    assert parsed("SELECT 1") is parsed("SELECT 1")


def test_a_text_of_several_statements_runs_whole():
    con = Attentive(duckdb.connect())
    con.execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (7)")
    assert con.execute("SELECT n FROM t").fetchone() == (7,)
