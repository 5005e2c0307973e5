"""Statements that are kept (保存的查询): by their owner, opened by link; whoever opens one runs it with their own rows."""

from __future__ import annotations

import json
import secrets
from datetime import datetime

from data.ops import Ops
from serve.console.gate import LONGEST, Refused
from serve.console.parameters import KINDS, MOST, bind

LONGEST_TITLE = 120
MOST_KEPT = 200
NEWEST = 50
VIEW_KEYS = ("mode", "x", "y", "colour")


class Shelf:
    """Reads and writes kept statements and the history."""

    def __init__(self, ops: Ops) -> None:
        """Uses the tables of data/book/0004_query.sql."""
        self._ops = ops

    def keep(self, owner: str, asked: dict, *, at: datetime) -> str:
        """Keeps a statement, new or (with the owner's `id`) instead of the one before; returns its id.

        Raises:
            Refused: a title, text, parameter or view that cannot be kept, or too many.
        """
        title, sql = _text(asked, "title", LONGEST_TITLE), _text(asked, "sql", LONGEST)
        parameters = _parameters(asked.get("parameters"))
        view = asked.get("view") if isinstance(asked.get("view"), dict) else {}
        view = {key: str(view[key])[:80] for key in VIEW_KEYS if key in view}
        stamp = f"{at:%Y-%m-%d %H:%M:%S}"
        told = [title, sql, json.dumps(parameters, ensure_ascii=False), json.dumps(view, ensure_ascii=False)]
        if known := asked.get("id"):
            changed = self._ops.write(
                "UPDATE saved_query SET title_text = ?, sql_text = ?, parameters_json = ?, view_json = ?, changed_at = ?"
                " WHERE query_id = ? AND owner_name = ? AND is_removed = 0",
                [*told, stamp, str(known), owner],
            )
            if not changed:
                raise Refused("not_found")
            return str(known)
        if len(self.mine(owner)) >= MOST_KEPT:
            raise Refused("too_many")
        query_id = secrets.token_urlsafe(9)
        self._ops.write(
            "INSERT INTO saved_query VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            [query_id, owner, *told, stamp, stamp],
        )
        return query_id

    def mine(self, owner: str) -> list[dict]:
        """Returns an owner's statements, newest first."""
        rows = self._ops.rows(
            "SELECT query_id, title_text, changed_at FROM saved_query WHERE owner_name = ? AND is_removed = 0"
            " ORDER BY changed_at DESC, query_id",
            [owner],
        )
        return [{"id": row["query_id"], "title": row["title_text"], "at": row["changed_at"]} for row in rows]

    def find(self, query_id: str) -> dict | None:
        """Returns a kept statement for whoever has its link: what it asks, never an answer."""
        row = self._ops.row("SELECT * FROM saved_query WHERE query_id = ? AND is_removed = 0", [query_id])
        return row and {
            "id": row["query_id"],
            "owner": row["owner_name"],
            "title": row["title_text"],
            "sql": row["sql_text"],
            "parameters": json.loads(row["parameters_json"]),
            "view": json.loads(row["view_json"]),
            "at": row["changed_at"],
        }

    def remove(self, query_id: str, owner: str) -> bool:
        """Takes an owner's statement away; the row stays in the book."""
        sql = "UPDATE saved_query SET is_removed = 1 WHERE query_id = ? AND owner_name = ? AND is_removed = 0"
        return bool(self._ops.write(sql, [query_id, owner]))

    def history(self, actor: str) -> list[dict]:
        """Returns someone's own newest statements."""
        rows = self._ops.rows(
            "SELECT at, sql_text, state_code, reason_text, row_count, spent_ms FROM query_history"
            " WHERE actor_name = ? ORDER BY history_id DESC LIMIT ?",
            [actor, NEWEST],
        )
        keys = {
            "at": "at",
            "sql": "sql_text",
            "state": "state_code",
            "reason": "reason_text",
            "rows": "row_count",
        }
        return [{key: row[name] for key, name in keys.items()} | {"ms": row["spent_ms"]} for row in rows]


def _text(asked: dict, key: str, longest: int) -> str:
    text = asked.get(key)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= longest:
        raise Refused(key)
    return text.strip().encode(errors="replace").decode()


def _parameters(declared: object) -> list[dict]:
    entries = declared if isinstance(declared, list) else []
    names = [str(each.get("name")) for each in entries if isinstance(each, dict)]
    bind(entries, names, given={})
    kept = [{key: each[key] for key in ("name", "kind", "value")} for each in entries[:MOST]]
    return [each for each in kept if each["kind"] in KINDS]
