"""The analyst's console over the network (查询接口): run, follow, cancel, keep, share, take away as a file."""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.audit import Event
from access.context import Visitor, current_visitor
from access.policy import PERMISSIONS
from components.question_schema import described_tables, names_in_words
from data.exports import Export, register_export
from data.generation import StoreError
from data.listing import MODULE_NAMES, Listing, fetch_listing
from data.request import EVERYTHING
from serve.console.desk import Desk
from serve.console.gate import Refused
from serve.console.private_copy import offered_columns
from serve.console.runner import Job, QueueFull
from serve.console.shelf import Shelf
from serve.console.table_file import csv_bytes
from serve.feature import Feature, Services

Answering = Callable[[Visitor, dict], Response]


def console(services: Services) -> Feature:
    """Opens /query/...; every statement runs with the rows of who asks."""
    house = services.house
    desk = Desk(house.store, town=house.town, ops=services.ops, audit=services.audit, now=house.now)
    window = _Window(services, desk)

    async def end() -> None:
        desk.runner.stop()

    asked = {"schema": window.schema, "job": window.job, "saved": window.saved, "history": window.history}
    sent = {
        "run": window.run,
        "cancel": window.cancel,
        "save": window.save,
        "remove": window.remove,
        "export": window.export,
    }
    routes = [Route(f"/query/{name}", _got(each), methods=["GET"]) for name, each in asked.items()]
    routes += [Route(f"/query/{name}", _posted(each), methods=["POST"]) for name, each in sent.items()]
    return Feature(tuple(routes), end=end)


def _got(answering: Answering) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return _answered(answering, dict(request.query_params))

    return answer


def _posted(answering: Answering) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        try:
            said = json.loads(request.scope["cockpit.body"])
        except (ValueError, RecursionError):
            said = None
        return _answered(answering, said) if isinstance(said, dict) else _fault(400, "body")

    return answer


def _answered(answering: Answering, said: dict) -> Response:
    visitor = current_visitor()
    if visitor is None or visitor.role not in PERMISSIONS["query"]:
        return _fault(403, "role")
    try:
        return answering(visitor, said)
    except Refused as refused:
        return _fault(404 if refused.code == "not_found" else 400, refused.code, detail=refused.detail)
    except QueueFull:
        return _fault(429, "queue")
    except StoreError:
        return _fault(503, "store")


def _fault(status: int, code: str, **more: str) -> JSONResponse:
    return JSONResponse({"error": code, **more}, status_code=status)


class _Window:
    """What each route does; a job is found by its asker only."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._house = services.house
        self._desk = desk
        self._shelf = Shelf(services.ops)

    def schema(self, visitor: Visitor, said: dict) -> Response:
        lang = "en" if said.get("lang") == "en" else "zh"
        store, limits = self._house.store, self._desk.limits
        with store.reading() as snapshot:
            offered = offered_columns(snapshot)
        frames = [
            fetch_listing(Listing(each), scope=EVERYTHING, store=store) for each in ("names", MODULE_NAMES)
        ]
        told = {"rows": limits.most_rows, "bytes": limits.most_bytes, "wall_s": limits.wall_s}
        tables, names = described_tables(offered, lang), names_in_words(frames, offered, lang)
        return JSONResponse({"tables": tables, "names": names, "limits": told})

    def run(self, visitor: Visitor, said: dict) -> Response:
        sql = said.get("sql")
        if not isinstance(sql, str):
            raise Refused("empty")
        job = self._desk.submit(visitor, sql, said.get("parameters"))
        return JSONResponse(self._told(job), status_code=202)

    def job(self, visitor: Visitor, said: dict) -> Response:
        return JSONResponse(self._told(self._job(visitor, said)))

    def cancel(self, visitor: Visitor, said: dict) -> Response:
        job = self._job(visitor, said)
        self._desk.runner.cancel(job)
        return JSONResponse(self._told(job))

    def saved(self, visitor: Visitor, said: dict) -> Response:
        if "id" not in said:
            return JSONResponse({"queries": self._shelf.mine(visitor.name)})
        found = self._shelf.find(said["id"])
        if found is None:
            raise Refused("not_found")
        return JSONResponse(found | {"is_mine": found["owner"] == visitor.name})

    def save(self, visitor: Visitor, said: dict) -> Response:
        query_id = self._shelf.keep(visitor.name, said, at=self._house.now())
        self._note(visitor, "query_save", query_id)
        return JSONResponse({"id": query_id})

    def remove(self, visitor: Visitor, said: dict) -> Response:
        if not self._shelf.remove(str(said.get("id")), visitor.name):
            raise Refused("not_found")
        self._note(visitor, "query_remove", str(said.get("id")))
        return JSONResponse({"is_removed": True})

    def history(self, visitor: Visitor, said: dict) -> Response:
        return JSONResponse({"statements": self._shelf.history(visitor.name)})

    def export(self, visitor: Visitor, said: dict) -> Response:
        job = self._job(visitor, said)
        if job.state != "done":
            raise Refused("not_done")
        at = self._house.now()
        note = f"{visitor.name} {at:%Y-%m-%d %H:%M:%S} UTC · as of {job.as_of_at} UTC · generation {job.generation}"
        rows = job.answer["rows"]
        content = csv_bytes(job.answer["columns"], rows, note=note)
        entry = Export(
            actor_name=visitor.name,
            role_code=visitor.role,
            kind_code="query",
            what_text="/query/sql",
            filters_text=job.sql.encode(errors="replace").decode(),
            format_code="csv",
            row_count=len(rows),
        )
        number = register_export(self._services.ops, entry, content=content, at=at)
        self._note(visitor, "export", f"query export {number}")
        headers = {"content-disposition": f'attachment; filename="query_{number}.csv"'}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    def _job(self, visitor: Visitor, said: dict) -> Job:
        job = self._desk.runner.find(str(said.get("id")), visitor.name)
        if job is None:
            raise Refused("not_found")
        return job

    def _told(self, job: Job) -> dict:
        told = {"id": job.job_id, "state": job.state, "stage": job.stage, "ms": job.spent_ms}
        if job.state == "queued":
            told["position"] = self._desk.runner.position(job)
        known = {"answer": job.answer, "generation": job.generation, "as_of_at": job.as_of_at}
        return told | (known if job.answer else {})

    def _note(self, visitor: Visitor, action: str, target: str) -> None:
        self._services.audit.record(Event(action, actor=visitor.name, role=visitor.role, target=target))
