"""Warnings set aside (预警处置): by whom, when and why; kept, and valid until the warning renews."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

import pandas as pd
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.audit import Audit, Event
from access.context import current_scope, current_visitor
from access.policy import PERMISSIONS
from components.context import Names, names_by_kind
from components.tiles.warning_list import REASONS
from components.words import LANGUAGES
from data.connection import Store
from data.listing import Listing, fetch_listing
from data.ops import Ops
from data.request import EVERYTHING, Filters, Scope
from data.warnings import with_parts
from serve.feature import Feature, Services

PATH = "/warnings/dismissed"
KEPT = timedelta(days=28)
LONGEST_ID, LONGEST_TEXT = 300, 200
GROWN = (
    1.5  # as many times the incidents it had when it was set aside, and at least two more, is a new warning
)
COLUMNS = (
    "area_id",
    "grid_id",
    "category_code",
    "domain_code",
    "window_from_at",
    "window_to_at",
    "observed_count",
    "expected_count",
)
TOLD = ("at", "warning_id", *COLUMNS, "reason_code", "reason_text", "actor_name")


def warnings(services: Services) -> Feature:
    """Opens /warnings/dismissed."""
    house = services.house
    return Feature((dismissed_route(services.ops, services.audit, store=house.store, now=house.now),))


def dismissed_route(ops: Ops, audit: Audit, *, store: Store, now: Callable[[], datetime]) -> Route:
    """Return /warnings/dismissed: GET tells what was set aside lately and what of it still holds, POST sets one aside.

    Only who acts on cases may, and only warnings that stand within the own rows: anything else is not found.
    """

    def tell() -> Response:
        scope, since_at = current_scope(), now() - KEPT
        kept = dismissals(ops, since_at=since_at, scope=scope, store=store)
        names = Names(names_by_kind(fetch_listing(Listing("names"), scope=scope, store=store)))
        history = [each | {"label": label_of(each, names)} for each in kept]
        aside = set_aside(ops, since_at=since_at, store=store)
        seen = open_warnings(scope, store=store)
        standing = [each for each in aside if each in set(seen["warning_id"])]
        return JSONResponse(
            {"standing": standing, "history": history} | sign_of(seen, standing, names, store=store)
        )

    def note(asked: dict) -> Response:
        visitor = current_visitor()
        if visitor is None or visitor.role not in PERMISSIONS["cases"]:
            return JSONResponse({"error": "role"}, status_code=403)
        rows = fetch_listing(Listing("warnings_open"), scope=current_scope(), store=store)
        found = rows[rows["warning_id"] == asked["warning_id"]]
        if found.empty:
            return JSONResponse({"error": "not_found"}, status_code=404)
        _write(ops, found.iloc[0], asked, actor=(visitor.name, visitor.role), at=now())
        told = f"{asked['warning_id']} {asked['reason_code']}"
        audit.record(Event("dismiss_warning", actor=visitor.name, role=visitor.role, target=told))
        return JSONResponse({"is_dismissed": True})

    def answer(request: Request) -> Response:
        if request.method != "POST":
            return tell()
        asked = read_dismissal(request.scope["cockpit.body"])
        if isinstance(asked, str):
            return JSONResponse({"error": asked}, status_code=400)
        return note(asked)

    return Route(PATH, answer, methods=["GET", "POST"])


def open_warnings(scope: Scope, *, store: Store) -> pd.DataFrame:
    """Returns the warnings within a visitor's rows, and the parts of clusters that lie within them."""
    rows, parts = (
        fetch_listing(Listing(name), scope=scope, store=store) for name in ("warnings_open", "clusters_open")
    )
    return with_parts(rows, parts)


def set_aside(ops: Ops, *, since_at: datetime, store: Store) -> list[str]:
    """Returns the ids of all warnings that stand and are set aside; whoever sees but a part of one is told this much of it."""
    kept = dismissals(ops, since_at=since_at, scope=EVERYTHING, store=store)
    return still_dismissed(fetch_listing(Listing("warnings_open"), scope=EVERYTHING, store=store), kept)


def sign_of(seen: pd.DataFrame, standing: list[str], names: Names, *, store: Store) -> dict:
    """Returns how many warnings are open (null: nobody knows, nothing is forecast) and the most striking one."""
    rule = fetch_listing(Listing("warning_rules"), scope=EVERYTHING, store=store)
    if rule.empty or pd.isna(rule["forecast_at"].iloc[0]):
        return {"open_count": None, "worst": None}
    rows = seen[~seen["warning_id"].isin(standing)]
    if rows.empty:
        return {"open_count": 0, "worst": None}
    row = rows.iloc[0]
    worst = {
        name: None if pd.isna(row[name]) else row[name]
        for name in ("area_id", "category_code", "domain_code")
    }
    figures = {"observed_count": int(row["observed_count"]), "expected_count": float(row["expected_count"])}
    return {"open_count": len(rows), "worst": figures | {"label": label_of(worst, names)}}


def read_dismissal(body: bytes) -> dict | str:
    """Returns warning_id, reason_code and reason_text of a body, or the name of what is wrong; `other` needs a text."""
    try:
        said = json.loads(body)
        found = {name: said[name] for name in ("warning_id", "reason_code")}
        text = said.get("reason_text", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return "body"
    if not isinstance(found["warning_id"], str) or not 0 < len(found["warning_id"]) <= LONGEST_ID:
        return "warning_id"
    if found["reason_code"] not in REASONS:
        return "reason_code"
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        return "reason_text"
    plain = "".join(each for each in text if unicodedata.category(each)[0] != "C").strip()
    if found["reason_code"] == "other" and not plain:
        return "reason_text"
    return found | {"reason_text": plain}


def _write(ops: Ops, row: pd.Series, asked: dict, *, actor: tuple[str, str], at: datetime) -> None:
    values = [row[name] for name in COLUMNS]
    plain = [
        None if pd.isna(each) else f"{each:%Y-%m-%d %H:%M:%S}" if isinstance(each, pd.Timestamp) else each
        for each in values
    ]
    plain[-2:] = int(row["observed_count"]), float(row["expected_count"])
    ops.write(
        f"INSERT INTO warning_dismissal (at, warning_id, {', '.join(COLUMNS)}, reason_code, reason_text, actor_name, role_code) "
        f"VALUES ({', '.join('?' * (len(COLUMNS) + 6))})",
        [
            f"{at:%Y-%m-%d %H:%M:%S}",
            asked["warning_id"],
            *plain,
            asked["reason_code"],
            asked["reason_text"],
            *actor,
        ],
    )


def dismissals(ops: Ops, *, since_at: datetime, scope: Scope, store: Store) -> list[dict]:
    """Returns what was set aside since then, newest first, as far as it lies within the visitor's rows."""
    rows = ops.rows(
        f"SELECT {', '.join(TOLD)} FROM warning_dismissal WHERE at >= ? ORDER BY at DESC, dismissal_id DESC",
        [f"{since_at:%Y-%m-%d %H:%M:%S}"],
    )
    kept = [dict(row) for row in rows]
    if scope.area_ids is None:
        return kept
    seen = fetch_listing(Listing("grids_of", filters=Filters()), scope=scope, store=store)
    grids = set(seen["grid_id"])
    return [each for each in kept if each["grid_id"] in grids]


def label_of(dismissal: dict, names: Names) -> dict[str, str]:
    """Returns where and what in both languages; a cluster has its domain, or nothing where it is of all incidents."""
    kind = "category" if dismissal["category_code"] else "domain"
    key = dismissal[f"{kind}_code"]
    parts = [("area", dismissal["area_id"]), *([] if key == "all" else [(kind, key)])]
    return {lang: " · ".join(names.name(*part, lang=lang) for part in parts) for lang in LANGUAGES}


def still_dismissed(standing: pd.DataFrame, kept: list[dict]) -> list[str]:
    """Returns the ids of standing warnings that were set aside and have not renewed since.

    One renews when its window no longer shares any time with the one set aside, or when it has grown clearly.
    """
    newest: dict[str, dict] = {}
    for each in kept:
        newest.setdefault(each["warning_id"], each)
    found = []
    for row in standing.to_dict("records"):
        past = newest.get(row["warning_id"])
        if past is None or f"{row['window_from_at']:%Y-%m-%d %H:%M:%S}" >= past["window_to_at"]:
            continue
        if row["observed_count"] < max(GROWN * past["observed_count"], past["observed_count"] + 2):
            found.append(row["warning_id"])
    return found
