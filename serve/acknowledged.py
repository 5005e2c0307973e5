"""Who has seen a serious incident (知晓): said once, kept with name and time, heard by every wall."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.audit import Audit, Event
from access.context import current_scope, current_visitor
from access.policy import PERMISSIONS
from data.connection import Store
from data.ops import Ops
from data.query import fetch_incident
from serve.feature import Feature, Services

PATH = "/acknowledged"
KEPT = timedelta(days=2)
LONGEST_ID = 300


def acknowledgement(services: Services) -> Feature:
    """Opens /acknowledged."""
    house = services.house
    return Feature((acknowledged_route(services.ops, services.audit, store=house.store, now=house.now),))


def acknowledged_route(ops: Ops, audit: Audit, *, store: Store, now: Callable[[], datetime]) -> Route:
    """Return /acknowledged: GET tells what was acknowledged lately, POST acknowledges one incident.

    Only who acts on cases may acknowledge, and only incidents within the own rows: anything else is not found.
    """

    def tell() -> Response:
        since = f"{now() - KEPT:%Y-%m-%d %H:%M:%S}"
        rows = ops.rows(
            "SELECT incident_id, acknowledged_at FROM acknowledgement WHERE acknowledged_at >= ? ORDER BY 2",
            [since],
        )
        return JSONResponse({"incidents": [dict(row) for row in rows]})

    def note(incident_id: str) -> Response:
        visitor = current_visitor()
        if visitor is None or visitor.role not in PERMISSIONS["cases"]:
            return JSONResponse({"error": "role"}, status_code=403)
        if fetch_incident(incident_id, scope=current_scope(), store=store) is None:
            return JSONResponse({"error": "not_found"}, status_code=404)
        added = ops.write(
            "INSERT OR IGNORE INTO acknowledgement VALUES (?, ?, ?, ?)",
            [incident_id, visitor.name, visitor.role, f"{now():%Y-%m-%d %H:%M:%S}"],
        )
        if added:
            audit.record(Event("acknowledge", actor=visitor.name, role=visitor.role, target=incident_id))
        return JSONResponse({"is_first": bool(added)})

    def answer(request: Request) -> Response:
        if request.method != "POST":
            return tell()
        try:
            incident_id = json.loads(request.scope["cockpit.body"])["incident_id"]
        except (ValueError, KeyError, TypeError):
            incident_id = None
        if not isinstance(incident_id, str) or not 0 < len(incident_id) <= LONGEST_ID:
            return JSONResponse({"error": "incident_id"}, status_code=400)
        return note(incident_id)

    return Route(PATH, answer, methods=["GET", "POST"])
