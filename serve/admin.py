"""Accounts and audit trail on the screen (系统管理): who exists, who did what, what left as a file."""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.accounts import AccountError, Accounts, NewAccount, read_ids
from access.audit import Audit, Event
from access.context import Visitor, current_visitor
from access.passwords import WeakPassword, make_password
from access.signin import Locked, SignIn
from components.context import names_by_kind
from data.connection import Store
from data.generation import StoreError
from data.listing import Listing, fetch_listing
from data.ops import Ops
from data.request import EVERYTHING
from serve.feature import Feature, Services

ACCOUNTS, TRAIL = "/admin/accounts", "/admin/trail"
LONGEST = 200  # characters of a name, a label, an id, a password
MOST_IDS = 500
PAGE = 100  # rows of the trail at once


class Refused(ValueError):
    """A change that is not made; the message is a code the screen has words for."""


def admin(services: Services) -> Feature:
    """Opens /admin/accounts and /admin/trail."""
    ops, audit, store = services.ops, services.audit, services.house.store
    sign_in = SignIn(ops, audit, key=services.key)
    return Feature((accounts_route(ops, audit, sign_in=sign_in, store=store), trail_route(ops, audit)))


def accounts_route(ops: Ops, audit: Audit, *, sign_in: SignIn, store: Store) -> Route:
    """Return /admin/accounts: GET lists the accounts; POST adds or closes one or gives it a new password.

    A change needs the operator's own password again, so that a screen left open makes no accounts. Demonstration
    accounts have none: they only look. A new password is made here, told once and kept as a digest only.
    """
    accounts = Accounts(ops)

    def change(body: bytes, visitor: Visitor) -> dict:
        asked = read_change(body)
        operator = accounts.find(visitor.name)
        if operator is None or operator["is_demo"]:
            raise Refused("demo")
        if not sign_in.confirms(visitor.name, asked["confirm"], source=visitor.source):
            raise Refused("confirm")
        if asked["action"] != "add" and asked["name"].lower() == visitor.name.lower():
            raise Refused("self")
        if asked["action"] == "add":
            refuse_unknown(asked, town_names(store))
        action, make = _CHANGES[asked["action"]]
        told = make(accounts, asked)
        detail = asked["role"] if make is _add else ""
        audit.record(Event(action, asked["name"], visitor.name, visitor.role, visitor.source, detail=detail))
        return told

    def answer(request: Request) -> Response:
        if request.method != "POST":
            told = {"accounts": list_accounts(ops, accounts), "names": town_names(store)}
            return JSONResponse(told, headers={"cache-control": "no-store"})
        body, visitor = request.scope["cockpit.body"], current_visitor()
        try:
            told = change(body, visitor)
        except (Refused, AccountError, WeakPassword, Locked) as error:
            return JSONResponse({"error": str(error)}, status_code=429 if isinstance(error, Locked) else 400)
        return JSONResponse(told, headers={"cache-control": "no-store"})

    return Route(ACCOUNTS, answer, methods=["GET", "POST"])


def trail_route(ops: Ops, audit: Audit) -> Route:
    """Return /admin/trail: rows of the trail, newest first, from `?before=` on, of one `?actor=` or `?action=`."""

    def answer(request: Request) -> Response:
        asked = request.query_params
        before = asked.get("before", "")
        if before and not (before.isascii() and before.isdigit() and len(before) < 16):
            return JSONResponse({"error": "before"}, status_code=400)
        newest = int(before or 0)
        told: dict[str, object] = {}
        if not newest:  # walking the chain reads all of it: once per look, not per page
            verdict = audit.verify()
            told = {"row_count": verdict.row_count, "faults": list(verdict.faults[:20])}
            told["actions"] = [
                row["action_code"] for row in ops.rows("SELECT DISTINCT action_code FROM audit ORDER BY 1")
            ]
        named = {name: asked.get(name, "")[:LONGEST] for name in ("actor", "action")}
        rows = _trail(ops, newest, **named)
        told |= {"rows": rows, "is_more": len(rows) == PAGE}
        return JSONResponse(told, headers={"cache-control": "no-store"})

    return Route(TRAIL, answer, methods=["GET"])


def _trail(ops: Ops, before: int, *, actor: str, action: str) -> list[dict]:
    found = ops.rows(
        "SELECT seq_no, at, actor_name, role_code, source_text, action_code, target_text, is_success, detail_text"
        " FROM audit WHERE (?1 = 0 OR seq_no < ?1) AND (?2 = '' OR actor_name = ?2 COLLATE NOCASE)"
        " AND (?3 = '' OR action_code = ?3) ORDER BY seq_no DESC LIMIT ?4",
        (before, actor, action, PAGE),
    )
    return [dict(row) for row in found]


def list_accounts(ops: Ops, accounts: Accounts) -> list[dict]:
    """Returns every account with its role and rows, and how many sessions it has; times are UTC."""
    held = ops.rows("SELECT account_id, count(*) AS n, max(seen_at) AS seen_at FROM session GROUP BY 1")
    sessions = {row["account_id"]: row for row in held}
    return [
        {
            "name": row["account_name"],
            "label": row["label_text"],
            "role": row["role_code"],
            "areas": _sorted(row["area_ids"]),
            "departments": _sorted(row["department_ids"]),
            "is_active": bool(row["is_active"]),
            "is_demo": bool(row["is_demo"]),
            "created_at": row["created_at"],
            "password_at": row["password_at"],
            "sessions": sessions[row["account_id"]]["n"] if row["account_id"] in sessions else 0,
            "seen_at": sessions[row["account_id"]]["seen_at"] if row["account_id"] in sessions else None,
        }
        for row in accounts.everyone()
    ]


def town_names(store: Store) -> dict[str, dict[str, tuple[str, str]]]:
    """Returns `area` and `department`: id -> (zh, en) of the published town; empty before anything is published."""
    try:
        names = names_by_kind(fetch_listing(Listing("names"), scope=EVERYTHING, store=store))
    except StoreError:
        return {}
    return {kind: names.get(kind, {}) for kind in ("area", "department")}


def refuse_unknown(asked: dict, names: dict[str, dict]) -> None:
    """Refuses ids the town does not have: such an account would see nothing and nobody would know why.

    Raises:
        Refused: `unknown <id>`.
    """
    for field, kind in (("areas", "area"), ("departments", "department")):
        for each in sorted(asked[field] or ()):
            if names and each not in names[kind]:
                raise Refused(f"unknown {each}")


def read_change(body: bytes) -> dict:
    """Returns action, name, role, label, areas, departments (None: all) and confirm of a body.

    Raises:
        Refused: the body is no change; the message names the field.
    """
    try:
        said = json.loads(body)
    except ValueError:
        raise Refused("body") from None
    if not isinstance(said, dict) or said.get("action") not in _CHANGES:
        raise Refused("action")
    asked = {name: said.get(name, "") for name in ("action", "name", "role", "label", "confirm")}
    for name, value in asked.items():
        if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
            raise Refused(name)
    return asked | {name: _ids(said.get(name), name) for name in ("areas", "departments")}


def _ids(value: object, name: str) -> frozenset[str] | None:
    if not value:
        return None
    if not isinstance(value, list) or len(value) > MOST_IDS:
        raise Refused(name)
    if not all(isinstance(each, str) and 0 < len(each) <= LONGEST for each in value):
        raise Refused(name)
    return frozenset(value)


def _sorted(kept: str | None) -> list[str] | None:
    ids = read_ids(kept)
    return None if ids is None else sorted(ids)


def _add(accounts: Accounts, asked: dict) -> dict:
    password = make_password()
    rows = (asked["areas"], asked["departments"])
    accounts.add(NewAccount(asked["name"], asked["role"], asked["label"], *rows), password=password)
    return {"name": asked["name"], "password": password}


def _disable(accounts: Accounts, asked: dict) -> dict:
    accounts.disable(asked["name"])
    return {"name": asked["name"]}


def _new_password(accounts: Accounts, asked: dict) -> dict:
    password = make_password()
    accounts.set_password(asked["name"], password)
    return {"name": asked["name"], "password": password}


# What may be asked for -> what the trail calls it, and what does it.
_CHANGES: dict[str, tuple[str, Callable[[Accounts, dict], dict]]] = {
    "add": ("user_add", _add),
    "disable": ("user_disable", _disable),
    "password": ("user_passwd", _new_password),
}
