"""The audit trail (审计): rows that can be added, never changed, each sealed with the one before."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from access.secret import derive
from data.ops import Ops, stamp

_GENESIS = "0" * 64
_SEALED = (
    *("seq_no", "at", "actor_name", "role_code", "source_text", "action_code", "target_text"),
    *("is_success", "detail_text", "previous_hash"),
)


@dataclass(frozen=True)
class Event:
    """One thing worth remembering: who did what to which target, and whether it was allowed."""

    action: str
    target: str = ""
    actor: str = "-"
    role: str = "-"
    source: str = "-"
    is_success: bool = True
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a check of the trail found: `faults` is empty when nobody touched it."""

    row_count: int
    faults: tuple[str, ...]


class Audit:
    """The trail of one home. The seal is keyed, so a hand on the file alone cannot forge a row."""

    def __init__(self, ops: Ops, key: bytes, clock: Callable[[], float] = time.time) -> None:
        """Use the book's audit table; the newest seal is also kept beside the book, to notice a cut tail."""
        self._ops = ops
        self._key = derive(key, "audit")
        self._clock = clock
        self.head_path = Path(f"{ops.path}.audit-head")

    def record(self, event: Event) -> None:
        """Append one row; texts are cut to 500 characters."""
        with self._ops.transaction() as book:
            last = book.execute("SELECT seq_no, row_hash FROM audit ORDER BY seq_no DESC LIMIT 1").fetchone()
            seq_no, previous = (last["seq_no"] + 1, last["row_hash"]) if last else (1, _GENESIS)
            values = (
                seq_no,
                stamp(self._clock()),
                *(text[:500] for text in (event.actor, event.role, event.source, event.action, event.target)),
                int(event.is_success),
                event.detail[:500],
                previous,
            )
            seal = self._seal(values)
            book.execute(f"INSERT INTO audit VALUES ({', '.join('?' * 11)})", (*values, seal))
        self._keep_head(seq_no, seal)

    def verify(self) -> Verdict:
        """Walk the whole chain and report every edited, removed, moved or cut row."""
        faults: list[str] = []
        previous, expected, seals = _GENESIS, 1, {}
        rows = self._ops.rows("SELECT * FROM audit ORDER BY seq_no")
        for row in rows:
            if row["seq_no"] != expected:
                faults.append(f"row {expected}: missing before row {row['seq_no']}")
            if row["previous_hash"] != previous:
                faults.append(f"row {row['seq_no']}: does not follow the row before it")
            if not hmac.compare_digest(self._seal(tuple(row[name] for name in _SEALED)), row["row_hash"]):
                faults.append(f"row {row['seq_no']}: content does not match its seal")
            previous, expected = row["row_hash"], row["seq_no"] + 1
            seals[row["seq_no"]] = row["row_hash"]
        return Verdict(len(rows), tuple(faults + self._head_faults(seals)))

    def tail(self, limit: int) -> list[sqlite3.Row]:
        """Return the newest rows, newest first."""
        return self._ops.rows("SELECT * FROM audit ORDER BY seq_no DESC LIMIT ?", (limit,))

    def _seal(self, values: tuple[object, ...]) -> str:
        return hmac.new(
            self._key, json.dumps(values, ensure_ascii=False).encode(), hashlib.sha256
        ).hexdigest()

    def _keep_head(self, seq_no: int, seal: str) -> None:
        # After the commit: a crash in between leaves the head behind, which verify() accepts; never ahead.
        # Written in place, in one piece: replacing the file would wait milliseconds for the disk each time.
        line = json.dumps({"seq_no": seq_no, "row_hash": seal}).ljust(128).encode()
        handle = os.open(self.head_path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(handle, line, 0)
        finally:
            os.close(handle)

    def _head_faults(self, seals: dict[int, str]) -> list[str]:
        if not self.head_path.exists():
            return (
                [f"{self.head_path.name}: missing, a cut of the newest rows could not be seen"]
                if seals
                else []
            )
        try:
            head = json.loads(self.head_path.read_text())
            seq_no, seal = int(head["seq_no"]), head["row_hash"]
        except (ValueError, KeyError, TypeError):
            return [f"{self.head_path.name}: unreadable"]
        if seals.get(seq_no) != seal:
            return [
                f"row {seq_no}: the newest known ({self.head_path.name}) is gone or changed: the end was cut"
            ]
        return []
