"""Incidents for other systems (事件接口): lists and single ones, whole, and in the shape of Open311 GeoReport v2."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import pandas as pd
from fastapi import APIRouter, HTTPException, Query

from components.numbers import is_known
from data.listing import Listing, fetch_listing
from data.query import count_rows, fetch_incident, fetch_rows
from data.request import Filters, Request
from serve.api.asking import Asking, parse_instant
from serve.api.params import PageParams, RequestParams
from serve.api.shapes import IncidentAnswer, IncidentPage, Service, ServiceRequest
from serve.api.values import instant, record, records

COUNTED = "incident_count"
BLOCK = 5000
MOST_NAMED = 50
LONGEST = timedelta(days=90)  # what the standard asks for
OPEN_STATES = {"open": True, "closed": False}


def incident_routes(asking: Asking) -> APIRouter:
    """Returns /incidents and /incidents/{id}."""
    router = APIRouter()

    @router.get("/incidents", summary="Incidents, newest first")
    def incidents(asked: Annotated[PageParams, Query()]) -> IncidentPage:
        request = Request(COUNTED, filters=asking.filters(asked.filters()))
        page = {"limit": asked.limit, "offset": asked.offset}
        rows = fetch_rows(request, scope=asking.scope, store=asking.store, side="counted", **page)
        total = count_rows(request, scope=asking.scope, store=asking.store, side="counted")
        return IncidentPage(
            as_of=instant(asking.store.as_of_at()),
            generation=asking.store.generation(),
            total=total,
            **page,
            incidents=records(rows),
        )

    @router.get("/incidents/{incident_id:path}", summary="One incident with reports, steps and clocks")
    def incident(incident_id: str) -> IncidentAnswer:
        found = _found(asking, incident_id)
        return IncidentAnswer(
            as_of=instant(asking.store.as_of_at()),
            generation=asking.store.generation(),
            incident=record(found["incident"]),
            reports=records(found["reports"]),
            steps=records(found["steps"]),
            clocks=records(found["clocks"], without=()),
        )

    return router


def open311_routes(asking: Asking) -> APIRouter:
    """Returns the reading half of Open311 GeoReport v2, JSON only."""
    router = APIRouter(prefix="/open311/v2")

    @router.get("/services.json", summary="Kinds of requests")
    def services() -> list[Service]:
        frame = fetch_listing(Listing("categories"), scope=asking.scope, store=asking.store)
        return [_service(row) for row in frame.to_dict("records")]

    @router.get("/requests.json", summary="Requests of at most 90 days, newest first")
    def requests(asked: Annotated[RequestParams, Query()]) -> list[ServiceRequest]:
        names = _names(asking)
        return [_request(row, names) for row in _asked(asking, asked)]

    @router.get("/requests/{request_id:path}.json", summary="One request")
    def request(request_id: str) -> list[ServiceRequest]:
        return [_request(_found(asking, request_id)["incident"], _names(asking))]

    return router


def _found(asking: Asking, incident_id: str) -> dict:
    found = fetch_incident(incident_id[:300], scope=asking.scope, store=asking.store)
    if found is None:
        raise HTTPException(404, "no such incident")
    return found


def _asked(asking: Asking, asked: RequestParams) -> list[dict]:
    """The incidents asked for: those named, else a page of a window."""
    if asked.service_request_id is None:
        return _page(asking, asked)
    wanted = dict.fromkeys(asked.service_request_id.split(","))
    if len(wanted) > MOST_NAMED:
        raise HTTPException(400, f"service_request_id: at most {MOST_NAMED} at once")
    door = {"scope": asking.scope, "store": asking.store}
    found = [fetch_incident(each[:300], **door) for each in wanted if each]
    return [each["incident"] for each in found if each]


def _page(asking: Asking, asked: RequestParams) -> list[dict]:
    """One page of incidents; a status is judged at the as-of instant, row by row, so pages are counted off."""
    codes = list(filter(None, (asked.service_code or "").split(",")))
    states = {OPEN_STATES[each] for each in (asked.status or "open,closed").split(",")}
    one = codes[0] if len(codes) == 1 else None
    request = Request(COUNTED, filters=_window(asking, asked.start_date, asked.end_date, code=one))
    begin, size = (asked.page - 1) * asked.page_size, asked.page_size
    door = {"scope": asking.scope, "store": asking.store, "side": "counted"}
    if len(states) == len(OPEN_STATES) and len(codes) < 2:
        return fetch_rows(request, limit=size, offset=begin, **door).to_dict("records")
    found: list[dict] = []
    offset = 0
    while len(found) < begin + size:
        rows = fetch_rows(request, limit=BLOCK, offset=offset, **door)
        fits = rows["is_open"].astype(bool).isin(states)
        found += rows[fits & (rows["category_code"].isin(codes) | (len(codes) < 2))].to_dict("records")
        offset += BLOCK
        if len(rows) < BLOCK:
            break
    return found[begin : begin + size]


def _window(asking: Asking, start: str | None, end: str | None, *, code: str | None) -> Filters:
    until_at = parse_instant(end) or asking.store.as_of_at()
    since_at = parse_instant(start) or until_at - LONGEST
    if not since_at < until_at or until_at - since_at > LONGEST:
        raise HTTPException(400, f"start_date must lie before end_date, by at most {LONGEST.days} days")
    return asking.filters({"category": code}).during(since_at, until_at)


def _names(asking: Asking) -> dict[str, dict[str, str]]:
    """Names of categories and departments in the town's language."""
    language = asking.town.file.language
    found: dict[str, dict[str, str]] = {"category": {}, "department": {}}
    frame: pd.DataFrame = fetch_listing(Listing("names"), scope=asking.scope, store=asking.store)
    for row in frame[frame["kind"].isin(found)].itertuples():
        zh, en = row.name_zh, row.name_en
        found[row.kind][row.key] = (zh if language == "zh" else en) or zh or row.key
    return found


def _service(row: dict) -> Service:
    name = row["name_zh"] or row["name_en"]
    told = row["name_en"] if is_known(row["name_en"]) else ""
    return Service(
        service_code=row["category_code"],
        service_name=name,
        description=told or name,
        group=row["domain_code"],
    )


def _request(row: dict, names: dict[str, dict[str, str]]) -> ServiceRequest:
    facts = record(row)
    code = facts.get("category_code") or ""
    department = facts.get("department_id")
    acts = ("first_signal_at", "registered_at", "dispatched_at", "handled_at", "checked_at", "closed_at")
    times = [facts[name] for name in acts if facts.get(name)]
    return ServiceRequest(
        service_request_id=facts["incident_id"],
        status="open" if facts["is_open"] else "closed",
        status_notes=facts.get("stage_code"),
        service_name=names["category"].get(code, code),
        service_code=code,
        description=facts.get("title_text"),
        agency_responsible=names["department"].get(department, department) if department else None,
        service_notice=None,
        requested_datetime=facts.get("first_signal_at"),
        updated_datetime=max(times, default=None),
        expected_datetime=facts.get("due_at"),
        closed_datetime=facts.get("closed_at"),
        address=facts.get("address_text"),
        address_id=None,
        zipcode=None,
        media_url=None,
        lat=facts.get("lat"),
        long=facts.get("lon"),
    )
