"""People decide what belongs together (人工归并): a decision becomes a row of its own feed, and is loaded like any other."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.audit import Event
from access.context import current_scope, current_visitor
from components.briefing.plain import plain
from data.durable import put_file
from data.query import fetch_incident
from serve.feature import Feature, Services

PATH = "/links/decided"
FEED = "link_decision"
VERDICTS = ("same", "apart")
LONGEST_ID, LONGEST_REASON = 300, 200


class BadDecision(ValueError):
    """A decision that cannot be taken as asked: its word and the status it is answered with."""

    def __init__(self, word: str, status: int = 400) -> None:
        super().__init__(word)
        self.status = status


def links(services: Services) -> Feature:
    """Opens /links/decided: POST {report, verdict, reason, other?}.

    Without `other` a report is set apart from all others of its incident. Both reports must lie within the own rows.
    """

    def answer(request: Request) -> Response:
        try:
            asked = _read(request.scope["cockpit.body"])
            pairs = _pairs(asked, services)
        except BadDecision as error:
            return JSONResponse({"error": str(error)}, status_code=error.status)
        _write_down(pairs, asked, services=services)
        return JSONResponse({"pair_count": len(pairs)})

    return Feature((Route(PATH, answer, methods=["POST"]),))


def _read(body: bytes) -> dict[str, str]:
    try:
        asked = json.loads(body)
        found = {name: asked.get(name, "") for name in ("report", "other", "verdict", "reason")}
    except (ValueError, AttributeError):
        raise BadDecision("body") from None
    if not all(isinstance(value, str) for value in found.values()) or found["verdict"] not in VERDICTS:
        raise BadDecision("verdict")
    if not 0 < len(found["report"]) <= LONGEST_ID or len(found["other"]) > LONGEST_ID:
        raise BadDecision("report")
    if found["verdict"] == "same" and found["other"] in ("", found["report"]):
        raise BadDecision("other")
    found["reason"] = plain(found["reason"])[:LONGEST_REASON]
    if not found["reason"]:
        raise BadDecision("reason")
    return found


def _pairs(asked: dict[str, str], services: Services) -> list[tuple[str, str]]:
    """The pairs a decision is about, the smaller id first: one name for a pair, whoever names it."""
    report = asked["report"]
    if asked["other"]:
        others = [asked["other"]]
        _members(asked["other"], services)
        _members(report, services)
    else:
        others = [each for each in _members(report, services) if each != report]
    if not others:
        raise BadDecision("alone")
    return [tuple(sorted((report, other))) for other in others]


def _members(report: str, services: Services) -> list[str]:
    found = fetch_incident(report, scope=current_scope(), store=services.house.store)
    members = [] if found is None else found["reports"]["report_id"].tolist()
    if report not in members:
        raise BadDecision("not_found", 404)
    return members


def _write_down(pairs: list[tuple[str, str]], asked: dict[str, str], *, services: Services) -> Path:
    visitor, now = current_visitor(), services.house.now()
    told = {
        "decided_at": f"{now:%Y-%m-%d %H:%M:%S.%f}",
        "verdict": asked["verdict"],
        "reason": asked["reason"],
    }
    rows = [{"report_a": one, "report_b": other, "role": visitor.role, **told} for one, other in pairs]
    name = f"{FEED}_{now:%Y%m%d%H%M%S%f}_{secrets.token_hex(3)}.jsonl"
    path = services.house.settings.landing_dir / FEED / name
    put_file(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
    target = " ".join(f"{one}|{other}" for one, other in pairs)[:1000]
    detail = f"{asked['verdict']}: {asked['reason']}"
    services.audit.record(
        Event("link_decision", actor=visitor.name, role=visitor.role, target=target, detail=detail)
    )
    return path
