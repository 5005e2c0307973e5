"""Runs of the morning and what became of them (编制与送达记录): tried, failed, tried again; sent, refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.briefing_record import stamp_of
from data.ops import Ops

RUNNING, DONE, FAILED = "running", "done", "failed"
INTERRUPTED = "interrupted"  # the reason of a run that a stopped server left behind
BACK_OFF = tuple(timedelta(minutes=each) for each in (1, 2, 5, 10, 20, 30))
LONGEST_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One try to hand a briefing to somebody.

    Attributes:
        channel_code: mail | folder.
        target_text: address or folder.
        status_code: sent | refused (for good) | failed (tried again at `next_at`).
        detail_text: what the other side said.
    """

    briefing_id: int
    stage_code: str
    channel_code: str
    target_text: str
    status_code: str
    attempt_no: int
    detail_text: str = ""
    next_at: datetime | None = None


def wait_after(attempt_no: int) -> timedelta:
    """Returns how long to wait after the so-manieth failure in a row: longer each time, never more than half an hour."""
    return BACK_OFF[min(attempt_no, len(BACK_OFF)) - 1]


class Runs:
    """The book's rows about runs and deliveries; instants are naive UTC."""

    def __init__(self, ops: Ops) -> None:
        """Use the book."""
        self.ops = ops

    def last(self, order_key: str, due_at: datetime) -> dict | None:
        """Returns the newest attempt at a due run, or None."""
        sql = "SELECT * FROM briefing_run WHERE order_key = ? AND due_at = ? ORDER BY attempt_no DESC LIMIT 1"
        row = self.ops.row(sql, [order_key, stamp_of(due_at)])
        return dict(row) if row else None

    def begin(self, order_key: str, due_at: datetime, *, at: datetime) -> tuple[int, int] | None:
        """Claims the next attempt at a due run: (run, attempt); None when it is done, running or not yet to be tried again."""
        with self.ops.transaction() as book:
            last = self.last(order_key, due_at)
            if last and not _may_try(last, at):
                return None
            attempt = last["attempt_no"] + 1 if last else 1
            values = [order_key, stamp_of(due_at), attempt, RUNNING, stamp_of(at)]
            sql = "INSERT INTO briefing_run (order_key, due_at, attempt_no, status_code, started_at) VALUES (?, ?, ?, ?, ?)"
            return int(book.execute(sql, values).lastrowid), attempt

    def done(self, run_id: int, briefing_id: int, *, at: datetime) -> None:
        """Notes that a run made its briefing."""
        sql = "UPDATE briefing_run SET status_code = ?, ended_at = ?, briefing_id = ? WHERE run_id = ? AND status_code = ?"
        self.ops.write(sql, [DONE, stamp_of(at), briefing_id, run_id, RUNNING])

    def failed(self, run_id: int, reason: str, *, at: datetime, next_at: datetime) -> None:
        """Notes that a run failed, why, and when it is tried again."""
        sql = "UPDATE briefing_run SET status_code = ?, ended_at = ?, next_at = ?, error_text = ?"
        sql += " WHERE run_id = ? AND status_code = ?"
        values = [FAILED, stamp_of(at), stamp_of(next_at), reason[:LONGEST_ERROR], run_id, RUNNING]
        self.ops.write(sql, values)

    def interrupted(self, *, at: datetime) -> int:
        """Notes that runs which never ended were cut short (the server stopped): they may be tried at once."""
        sql = "UPDATE briefing_run SET status_code = ?, ended_at = ?, next_at = ?, error_text = ?"
        sql += " WHERE status_code = ?"
        return self.ops.write(sql, [FAILED, stamp_of(at), stamp_of(at), INTERRUPTED, RUNNING])

    def newest(self, *, limit: int = 40) -> list[dict]:
        """Returns the newest attempt of every due run, newest first."""
        sql = """SELECT * FROM briefing_run AS r WHERE attempt_no =
                (SELECT max(attempt_no) FROM briefing_run WHERE order_key = r.order_key AND due_at = r.due_at)
            ORDER BY due_at DESC, order_key LIMIT ?"""
        return [dict(row) for row in self.ops.rows(sql, [limit])]

    def add_delivery(self, delivery: Delivery, *, at: datetime) -> None:
        """Notes one try to hand a briefing over."""
        values = [
            delivery.briefing_id,
            delivery.stage_code,
            delivery.channel_code,
            delivery.target_text,
            delivery.status_code,
            delivery.attempt_no,
            stamp_of(at),
            stamp_of(delivery.next_at) if delivery.next_at else None,
            delivery.detail_text[:LONGEST_ERROR],
        ]
        self.ops.write(
            "INSERT INTO briefing_delivery (briefing_id, stage_code, channel_code, target_text, status_code, attempt_no,"
            " tried_at, next_at, detail_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def deliveries(self, briefing_id: int) -> list[dict]:
        """Returns every try to hand a briefing over, oldest first."""
        sql = "SELECT * FROM briefing_delivery WHERE briefing_id = ? ORDER BY delivery_id"
        return [dict(row) for row in self.ops.rows(sql, [briefing_id])]

    def newest_deliveries(self, *, limit: int = 60) -> list[dict]:
        """Returns the newest try for every briefing and target, newest first."""
        sql = """SELECT max(delivery_id), d.*, b.edition_code, b.language_code, b.area_id, b.department_id, b.until_date
            FROM briefing_delivery d JOIN briefing b USING (briefing_id)
            GROUP BY d.briefing_id, d.stage_code, d.channel_code, d.target_text ORDER BY 1 DESC LIMIT ?"""
        return [dict(row) for row in self.ops.rows(sql, [limit])]


def _may_try(last: dict, at: datetime) -> bool:
    return last["status_code"] == FAILED and (last["next_at"] or "") <= stamp_of(at)
