"""The as-of instant (数据截止时刻): up to when every required feed has told everything."""

from __future__ import annotations

from datetime import datetime

import duckdb

AS_OF = """
    SELECT min(newest_at) FROM (
        SELECT max(l.watermark_at) AS newest_at
        FROM ledger AS l JOIN dim_feed AS f ON f.feed_id = l.feed_id
        WHERE f.is_required AND l.status_code = 'loaded'
        GROUP BY l.feed_id
    )"""


def as_of(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """Returns the as-of instant: the least watermark of the required feeds that ever delivered, None before any did."""
    return con.execute(AS_OF).fetchall()[0][0]
