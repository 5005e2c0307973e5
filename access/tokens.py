"""Tokens of other systems (接口令牌): one per system, with a role, rows, a limit per minute and an end. Kept as digests."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from access.accounts import read_ids
from access.context import Visitor
from access.policy import PERMISSIONS
from data.ops import Ops, stamp

DAY_S = 86_400
LONGEST_DAYS = 366
PER_MINUTE = 120
_HEADER = re.compile(r"Bearer (tc_[A-Za-z0-9_-]{40,60})")


class TokenError(ValueError):
    """A token that cannot be made or found as asked."""


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """What a token is for; None for areas or departments means the whole town."""

    label: str
    role: str
    purpose: str
    area_ids: frozenset[str] | None = None
    department_ids: frozenset[str] | None = None
    days: int = 90
    per_minute: int = PER_MINUTE


class Tokens:
    """The tokens of one home."""

    def __init__(self, ops: Ops, clock: Callable[[], float] = time.time) -> None:
        """Keep tokens in the book."""
        self._ops = ops
        self._clock = clock

    def issue(self, new: NewToken) -> str:
        """Makes a token and returns its text, which is not kept and cannot be shown again.

        Raises:
            TokenError: no label or purpose, a role without the right to read, or bounds out of range.
        """
        if not new.label.strip() or not new.purpose.strip():
            raise TokenError("a token needs a label (which system) and a purpose (what for)")
        if new.role not in PERMISSIONS["api"]:
            raise TokenError(
                f"role '{new.role}' may not read by token; one of {', '.join(sorted(PERMISSIONS['api']))}"
            )
        if not 1 <= new.days <= LONGEST_DAYS or not 1 <= new.per_minute <= 6000:
            raise TokenError(f"days must be 1..{LONGEST_DAYS}, requests per minute 1..6000")
        text = f"tc_{secrets.token_urlsafe(32)}"
        now = self._clock()
        rows = [
            None if ids is None else json.dumps(sorted(ids)) for ids in (new.area_ids, new.department_ids)
        ]
        times = [stamp(now), stamp(now + new.days * DAY_S)]
        self._ops.write(
            "INSERT INTO api_token (token_hash, label_text, role_code, area_ids, department_ids, per_minute,"
            " purpose_text, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_digest(text), new.label, new.role, *rows, new.per_minute, new.purpose, *times],
        )
        return text

    def find(self, header: str, *, source: str) -> Visitor | None:
        """Returns who an Authorization header stands for; None when unknown, ended or revoked."""
        match = _HEADER.fullmatch(header)
        if match is None:
            return None
        row = self._ops.row(
            "SELECT * FROM api_token WHERE token_hash = ? AND revoked_at IS NULL AND expires_at > ?",
            [_digest(match[1]), stamp(self._clock())],
        )
        if row is None:
            return None
        return Visitor(
            account_id=-row["token_id"],
            name=f"token-{row['token_id']}",
            label=row["label_text"],
            role=row["role_code"],
            area_ids=read_ids(row["area_ids"]),
            department_ids=read_ids(row["department_ids"]),
            source=source,
            per_minute=row["per_minute"],
        )

    def revoke(self, token_id: int) -> None:
        """Ends a token at once.

        Raises:
            TokenError: there is no such token, or it was revoked before.
        """
        changed = self._ops.write(
            "UPDATE api_token SET revoked_at = ? WHERE token_id = ? AND revoked_at IS NULL",
            [stamp(self._clock()), token_id],
        )
        if not changed:
            raise TokenError(f"no token {token_id} in force")

    def listed(self) -> list[dict]:
        """Returns every token without its digest, newest first."""
        rows = self._ops.rows("SELECT * FROM api_token ORDER BY token_id DESC")
        return [{key: row[key] for key in row.keys() if key != "token_hash"} for row in rows]  # noqa: SIM118


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
