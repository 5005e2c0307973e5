"""How well reports are linked to incidents: against the truth the demonstration town was made from."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.measure import BenchError, Book, Finding

PRECISION_AIM = 0.95


def measure_links(book: Book, home: Path) -> None:
    """Compares pairs of reports in one incident with pairs that truly are one; needs `truth/links.parquet`.

    Raises:
        BenchError: no demonstration town has been made in this home.
    """
    truth = home / "truth" / "links.parquet"
    if not truth.is_file():
        raise BenchError(f"{truth}: not there; `make run` makes the demonstration town")
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        counts = con.execute(_PAIRS, {"truth": str(truth)}).fetchone()
    found, true, right = counts
    precision, recall = right / found, right / true
    base = f"{found:,} linked pairs, {true:,} true pairs, {right:,} both"
    book.note(
        Finding(
            "Linking",
            "precision of automatic links (pairs of reports)",
            f"{precision:.4f}",
            f">= {PRECISION_AIM}",
            precision >= PRECISION_AIM,
            base,
        )
    )
    book.note(
        Finding("Linking", "recall of automatic links (pairs of reports)", f"{recall:.4f}", "", None, base)
    )


_PAIRS = """
    WITH truth AS (
        SELECT m.report_id, m.incident_id AS found_id, t.true_incident AS true_id
        FROM mart_report AS m
        JOIN read_parquet($truth) AS t ON t.feed = m.feed_id AND t.source_key = m.source_key
    ),
    found AS (SELECT count(*) AS n FROM truth GROUP BY found_id),
    true_one AS (SELECT count(*) AS n FROM truth GROUP BY true_id),
    both_one AS (SELECT count(*) AS n FROM truth GROUP BY found_id, true_id)
    SELECT
        (SELECT sum(n * (n - 1) / 2)::BIGINT FROM found),
        (SELECT sum(n * (n - 1) / 2)::BIGINT FROM true_one),
        (SELECT sum(n * (n - 1) / 2)::BIGINT FROM both_one)"""
