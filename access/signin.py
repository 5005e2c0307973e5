"""Signing in (登录): password or demonstration link, with lockout; tells nobody which accounts exist."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

from access.audit import Audit, Event
from access.passwords import MAXIMUM_LENGTH, NOBODY, verify_password
from access.secret import derive
from access.sessions import Sessions
from data.ops import Ops, stamp

WINDOW_S = 15 * 60
ACCOUNT_LIMIT = 5
# Higher than an account's: a whole office may sit behind one address.
SOURCE_LIMIT = 20


class Locked(PermissionError):
    """Too many wrong passwords for this account name or from this source."""


class SignIn:
    """The only door through which a session begins."""

    def __init__(self, ops: Ops, audit: Audit, *, key: bytes, clock: Callable[[], float] = time.time) -> None:
        """Sign in against the book; attempts are kept under keyed digests, not under what was typed."""
        self._ops = ops
        self._audit = audit
        self._key = derive(key, "sign-in")
        self._clock = clock
        self._sessions = Sessions(ops, clock)

    def with_password(self, name: str, password: str, *, source: str) -> str | None:
        """Return a new session's cookie, or None when name and password do not fit.

        Raises:
            Locked: in 15 minutes five wrong for this name (existing or not), or twenty from this source.
        """
        account = self._fitting(name, password, source=source, action="login")
        return None if account is None else self._begin(account, source=source, detail="password")

    def confirms(self, name: str, password: str, *, source: str) -> bool:
        """Tell whether it is the account's own password, counted as attempts at signing in are.

        Raises:
            Locked: as for signing in.
        """
        return self._fitting(name, password, source=source, action="confirm") is not None

    def _fitting(self, name: str, password: str, *, source: str, action: str):
        account_key, source_key = (
            self._digest("account", name.strip().lower()),
            self._digest("source", source),
        )
        self._refuse_locked(account_key, source_key, name=name, source=source)
        account = self._ops.row("SELECT * FROM account WHERE account_name = ?", (name.strip(),))
        kept = account["password_hash"] if account else NOBODY
        fits = verify_password(password, kept) and len(password) <= MAXIMUM_LENGTH
        if account is None or not fits or not account["is_active"]:
            self._ops.write(
                "INSERT INTO attempt VALUES (?, ?, ?)", (account_key, source_key, stamp(self._clock()))
            )
            self._audit.record(Event(action, target=name, source=source, is_success=False, detail="wrong"))
            return None
        self._ops.write("DELETE FROM attempt WHERE account_key = ?", (account_key,))
        return account

    def with_link(self, token: str, *, source: str) -> str | None:
        """Return a new session's cookie for a demonstration link, or None when it is not one of ours."""
        source_key = self._digest("source", source)
        self._refuse_locked("", source_key, name="demo", source=source)
        account = self._ops.row(
            "SELECT a.* FROM demo_link l JOIN account a USING (account_id)"
            " WHERE l.token_hash = ? AND a.is_active = 1",
            (hashlib.sha256(token.encode()).hexdigest(),),
        )
        if account is None:
            self._ops.write("INSERT INTO attempt VALUES (?, ?, ?)", ("", source_key, stamp(self._clock())))
            self._audit.record(
                Event("login", target="demo", source=source, is_success=False, detail="unknown link")
            )
            return None
        return self._begin(account, source=source, detail="demo link")

    def issue_link(self, account_id: int) -> str:
        """Return a fresh link token for an account; an older one stops working."""
        token = secrets.token_urlsafe(24)
        with self._ops.transaction() as book:
            book.execute("DELETE FROM demo_link WHERE account_id = ?", (account_id,))
            book.execute(
                "INSERT INTO demo_link VALUES (?, ?, ?)",
                (hashlib.sha256(token.encode()).hexdigest(), account_id, stamp(self._clock())),
            )
        return token

    def _begin(self, account, *, source: str, detail: str) -> str:
        self._audit.record(
            Event(
                "login",
                target=account["account_name"],
                actor=account["account_name"],
                role=account["role_code"],
                source=source,
                detail=detail,
            )
        )
        return self._sessions.start(account["account_id"], source=source)

    def _refuse_locked(self, account_key: str, source_key: str, *, name: str, source: str) -> None:
        since = stamp(self._clock() - WINDOW_S)
        self._ops.write("DELETE FROM attempt WHERE attempted_at < ?", (since,))
        by_account = self._count("account_key", account_key) if account_key else 0
        if by_account >= ACCOUNT_LIMIT or self._count("source_key", source_key) >= SOURCE_LIMIT:
            self._audit.record(Event("login", target=name, source=source, is_success=False, detail="locked"))
            raise Locked("too many wrong passwords; try again in 15 minutes")

    def _count(self, column: str, key: str) -> int:
        row = self._ops.row(f"SELECT count(*) AS n FROM attempt WHERE {column} = ?", (key,))
        return row["n"] if row else 0

    def _digest(self, kind: str, text: str) -> str:
        return hmac.new(
            self._key, f"{kind}:{text}".encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()
