"""Sessions (会话): kept on the server, ended by idleness, age, sign-out or the administrator."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable

from access.accounts import read_ids
from access.context import Visitor
from data.ops import Ops, stamp

IDLE_S = 15 * 60
ABSOLUTE_S = 12 * 3600
# The wall is a fixed device that only looks: signing it out while the room watches would leave it blank.
FIXED_DEVICES = frozenset({"wall"})
WALL_ABSOLUTE_S = 7 * 24 * 3600
_TOUCH_S = 30.0


class Sessions:
    """The sessions of one home; only a digest of each cookie is kept."""

    def __init__(self, ops: Ops, clock: Callable[[], float] = time.time) -> None:
        """Keep sessions in the book."""
        self._ops = ops
        self._clock = clock

    def start(self, account_id: int, *, source: str) -> str:
        """Begin a session and return the cookie's value: always a new one, whatever the client sent."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._ops.transaction() as book:
            book.execute("DELETE FROM session WHERE created_at < ?", (stamp(now - WALL_ABSOLUTE_S),))
            book.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
                (_digest(token), account_id, stamp(now), stamp(now), source),
            )
        return token

    def find(self, token: str, *, source: str, is_active: bool = True) -> Visitor | None:
        """Return the visitor behind a cookie, or None when unknown, too old, idle or its account closed.

        `is_active` false: a background request (the live stream), which must not keep an idle session alive.
        """
        digest, now = _digest(token), self._clock()
        row = self._ops.row(
            "SELECT s.created_at AS started_at, s.seen_at, a.*"
            " FROM session s JOIN account a USING (account_id)"
            " WHERE s.token_hash = ? AND a.is_active = 1",
            (digest,),
        )
        if row is None:
            return None
        is_wall = row["role_code"] in FIXED_DEVICES
        is_old = row["started_at"] < stamp(now - (WALL_ABSOLUTE_S if is_wall else ABSOLUTE_S))
        if is_old or (not is_wall and row["seen_at"] < stamp(now - IDLE_S)):
            self.end(token)
            return None
        if is_active and row["seen_at"] < stamp(
            now - _TOUCH_S
        ):  # not on every request: a write costs an fsync
            self._ops.write("UPDATE session SET seen_at = ? WHERE token_hash = ?", (stamp(now), digest))
        return Visitor(
            account_id=row["account_id"],
            name=row["account_name"],
            label=row["label_text"],
            role=row["role_code"],
            area_ids=read_ids(row["area_ids"]),
            department_ids=read_ids(row["department_ids"]),
            source=source,
        )

    def end(self, token: str) -> None:
        """End one session."""
        self._ops.write("DELETE FROM session WHERE token_hash = ?", (_digest(token),))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
