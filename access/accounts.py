"""Accounts (用户): who exists, with which role and which rows."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from access.passwords import REMEMBERED, WeakPassword, check_strength, hash_password, verify_password
from access.policy import ROLES
from data.ops import Ops, stamp

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}")


class AccountError(ValueError):
    """An account that cannot be made, found or changed as asked."""


@dataclass(frozen=True)
class NewAccount:
    """What is needed to make an account; None for areas or departments means the whole town."""

    name: str
    role: str
    label: str = ""
    area_ids: frozenset[str] | None = None
    department_ids: frozenset[str] | None = None
    is_demo: bool = False


class Accounts:
    """The accounts of one home."""

    def __init__(self, ops: Ops, clock: Callable[[], float] = time.time) -> None:
        """Keep accounts in the book."""
        self._ops = ops
        self._clock = clock

    def add(self, new: NewAccount, *, password: str) -> int:
        """Make an account and return its id.

        Raises:
            AccountError: the name is taken or malformed, the role unknown, or the role's rows are not given.
            WeakPassword: the password does not satisfy the rule.
        """
        _check(new)
        check_strength(password, account_name=new.name)
        now = stamp(self._clock())
        rows_seen = (_listed(new.area_ids), _listed(new.department_ids))
        values = (new.name, new.label or new.name, new.role, *rows_seen, hash_password(password), now)
        try:
            with self._ops.transaction() as book:
                cursor = book.execute(
                    "INSERT INTO account (account_name, label_text, role_code, area_ids, department_ids,"
                    " password_hash, password_at, is_active, is_demo, created_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
                    (*values, int(new.is_demo), now),
                )
                return int(cursor.lastrowid or 0)
        except sqlite3.IntegrityError:
            raise AccountError(f"account '{new.name}' exists already") from None

    def find(self, name: str) -> sqlite3.Row | None:
        """Return the account of that name (upper and lower case alike), or None."""
        return self._ops.row("SELECT * FROM account WHERE account_name = ?", (name,))

    def everyone(self) -> list[sqlite3.Row]:
        """Return all accounts by name."""
        return self._ops.rows("SELECT * FROM account ORDER BY account_name")

    def disable(self, name: str) -> None:
        """Close an account and end its sessions at once."""
        account = self._required(name)
        with self._ops.transaction() as book:
            book.execute("UPDATE account SET is_active = 0 WHERE account_id = ?", (account["account_id"],))
            book.execute("DELETE FROM session WHERE account_id = ?", (account["account_id"],))
            book.execute("DELETE FROM demo_link WHERE account_id = ?", (account["account_id"],))

    def set_password(self, name: str, password: str) -> None:
        """Change a password, end the account's sessions and open a disabled account again.

        Raises:
            WeakPassword: against the rule, or one of the last five.
        """
        account = self._required(name)
        check_strength(password, account_name=name)
        account_id = account["account_id"]
        older = self._ops.rows(
            "SELECT password_hash FROM old_password WHERE account_id = ? ORDER BY retired_at DESC LIMIT ?",
            (account_id, REMEMBERED - 1),
        )
        if any(verify_password(password, row["password_hash"]) for row in [account, *older]):
            raise WeakPassword(f"password: one of the last {REMEMBERED} of '{name}'")
        now = stamp(self._clock())
        with self._ops.transaction() as book:
            book.execute(
                "INSERT INTO old_password VALUES (?, ?, ?)", (account_id, account["password_hash"], now)
            )
            book.execute(
                "UPDATE account SET password_hash = ?, password_at = ?, is_active = 1 WHERE account_id = ?",
                (hash_password(password), now, account_id),
            )
            book.execute("DELETE FROM session WHERE account_id = ?", (account_id,))

    def _required(self, name: str) -> sqlite3.Row:
        account = self.find(name)
        if account is None:
            raise AccountError(f"account '{name}' does not exist")
        return account


def read_ids(text: str | None) -> frozenset[str] | None:
    """Read an account's area or department ids as kept; None means the whole town."""
    return None if text is None else frozenset(json.loads(text))


def _listed(ids: Iterable[str] | None) -> str | None:
    return None if ids is None else json.dumps(sorted(ids), ensure_ascii=False)


def _check(new: NewAccount) -> None:
    if not _NAME.fullmatch(new.name):
        raise AccountError(f"account name '{new.name}': 2 to 40 letters, digits, dot, dash or underscore")
    if new.role not in ROLES:
        raise AccountError(f"role '{new.role}': one of {', '.join(ROLES)}")
    # A role that is bound to rows must name them: an empty scope would silently mean the whole town.
    if new.role == "grid_worker" and not new.area_ids:
        raise AccountError(f"account '{new.name}': a grid_worker needs at least one area")
    if new.role == "department" and not new.department_ids:
        raise AccountError(f"account '{new.name}': a department user needs at least one department")
