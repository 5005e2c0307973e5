"""The briefing's own routes (简报路由): state, text, pictures, copies; making, noting, releasing; how the runs went."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, time
from functools import partial
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.audit import Audit, Event
from access.context import current_visitor
from access.policy import PERMISSIONS
from components.briefing.canonical import document_json
from components.briefing.copy import make_copy
from components.briefing.edition import EditionError
from components.briefing.formats import FORMATS
from data.briefing_plan import NOTHING, Plan, instant_of, read_plan
from data.briefing_plan_edit import PlanChangedError
from data.briefing_record import BriefingError, DamagedBriefingError, NoBriefingError
from data.briefing_runs import Runs
from data.briefings import Archive
from data.connection import StoreError
from data.exports import Export, register_export
from data.mail_settings import read_mail_settings
from data.period import DAY, local_date
from data.yamlfile import DefinitionError
from serve.briefing_asked import body_of, number_of, whole
from serve.briefing_clock import ChildMaker, Clock, MakingError
from serve.briefing_delivery import Courier
from serve.briefing_making import FOLDER, READY_AT, Workshop, local_text
from serve.briefing_orders import OrderBook
from serve.briefing_room import NotAllowedError, Room
from serve.briefing_status import run_rows, troubles
from serve.briefing_words import group_words, metric_words
from serve.feature import Feature, Services
from serve.house import House

# What went wrong -> the answer's status; the first that fits.
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotAllowedError, 403),
    (NoBriefingError, 404),
    (DamagedBriefingError, 500),
    (BriefingError, 409),
    (EditionError, 422),
    (MakingError, 422),
    (PlanChangedError, 409),
    (DefinitionError, 500),
    (StoreError, 503),
    (ValueError, 400),
)


def briefing(services: Services) -> Feature:
    """Opens /briefing/..., and the morning's run; a replay of the past has no mornings."""
    desk = open_desk(services)
    routes = tuple(
        Route(f"/briefing/{name}", desk.guarded(answer), methods=[method])
        for name, method, answer in desk.answers()
    )
    if services.house.town.pinned_at is not None:
        return Feature(routes)
    return Feature(routes, begin=desk.clock.start, end=desk.clock.stop)


def open_desk(services: Services) -> Desk:
    """Returns the desk of one installation."""
    house = services.house
    home, is_replay = house.settings.home, house.town.pinned_at is not None
    archive, runs = Archive(services.ops, home / FOLDER), Runs(services.ops)
    maker = ChildMaker(house.settings)
    mail = read_mail_settings()
    courier = Courier(archive, runs, home, house.now, mail)
    clock = Clock(
        plan=lambda: NOTHING if is_replay else read_plan(home, house.settings.town_dir),
        runs=runs,
        courier=courier,
        make=maker,
        now=house.now,
        zone=house.town.zone,
        cancel=maker.stop,
    )
    orders = OrderBook(house=house, clock=clock, sender=mail.sender if mail else "")
    return Desk(house=house, archive=archive, clock=clock, audit=services.audit, orders=orders)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Answers /briefing/...; who asks and what he may see comes from the guarded request only."""

    house: House
    archive: Archive
    clock: Clock
    audit: Audit
    orders: OrderBook

    def answers(self) -> tuple[tuple[str, str, Callable[[Request], Response]], ...]:
        """Returns (name, method, answer) of every route."""
        return (
            ("state", "GET", self.state),
            ("document", "GET", self.document),
            ("picture", "GET", self.picture),
            ("download", "GET", self.download),
            ("make", "POST", self.make),
            ("note", "POST", self.note),
            ("release", "POST", self.release),
            ("runs", "GET", self.told_runs),
            ("plan", "GET", self.plan),
            ("plan", "POST", self.change_plan),
            ("alarm", "GET", self.alarm),
        )

    def guarded(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """Returns the answer with everything that can be wrong turned into a status and a reason."""

        def answered(request: Request) -> Response:
            try:
                return answer(request)
            except tuple(kind for kind, _ in STATUS) as error:
                status = next(code for kind, code in STATUS if isinstance(error, kind))
                reason = "internal" if status == 500 else str(error)
                self._note("briefing_refused", request.url.path, detail=str(error), is_success=False)
                return JSONResponse({"error": type(error).__name__, "reason": reason}, status_code=status)

        return answered

    def state(self, request: Request) -> Response:
        """What the screen needs: scopes to choose, versions of the edition chosen, archive, plan."""
        told, room = dict(request.query_params), self._room()
        language = "en" if told.get("lang") == "en" else "zh"
        choices = room.choices(language)
        wanted = room.wanted(told, today=self._newest_day(), choices=choices)
        room.check(wanted)
        answer = {
            "wanted": {name: str(value or "") for name, value in asdict(wanted).items()},
            "choices": choices,
            "formats": list(FORMATS),
            "may": {name: room.may(f"briefing_{name}") for name in ("edit", "release")},
            "archive": room.listed(),
            "versions": [],
            "reason": "",
        }
        try:
            answer["versions"] = [room.told(row) for row in room.versions(wanted)]
        except (EditionError, StoreError) as error:
            answer["reason"] = str(error)
        return JSONResponse(answer)

    def document(self, request: Request) -> Response:
        """One archived text with the notes beside it and what it corrects."""
        room, briefing_id = self._room(), number_of(request, "id")
        row, document = room.row(briefing_id), room.document(briefing_id)
        language = "en" if request.query_params.get("lang") == "en" else "zh"
        return JSONResponse(
            {
                "row": room.told(row),
                "document": json.loads(document_json(document)),
                "period": make_copy(document, None).period,
                "notes": room.notes(briefing_id),
                "metrics": metric_words(document, language),
                "keys": group_words(document, language, store=self.house.store),
                "deliveries": self.clock.runs.deliveries(briefing_id) if room.may("briefing_edit") else [],
            }
        )

    def picture(self, request: Request) -> Response:
        """One picture of an archived text."""
        told = request.query_params
        content = self._room().picture(
            number_of(request, "id"), part=told.get("part", ""), key=told.get("key", "")
        )
        # A version never changes: its pictures neither.
        headers = {"cache-control": "private, max-age=86400"}
        return Response(content, media_type="image/png", headers=headers)

    def download(self, request: Request) -> Response:
        """One copy, written into the register of what left the product."""
        room, briefing_id = self._room(), number_of(request, "id")
        code = request.query_params.get("format", "")
        is_marked = request.query_params.get("watermark") == "1"
        at = self.house.now()
        reader = f"{room.name} {self._local(at)}" if is_marked else ""
        name, media_type, content = room.copy(briefing_id, code, reader=reader)
        row = room.row(briefing_id)
        register_export(
            self.archive.ops, _export(room, row, code=code, is_marked=is_marked), content=content, at=at
        )
        self._note("export", f"briefing {briefing_id}", detail=code)
        headers = {
            "content-disposition": f"attachment; filename=\"briefing\"; filename*=UTF-8''{quote(name)}"
        }
        return Response(content, media_type=media_type, headers=headers)

    def make(self, request: Request) -> Response:
        """Makes the edition that is wanted; the same again is the version that is there."""
        room = self._room()
        wanted = room.wanted(body_of(request), today=self._newest_day(), choices=_OPEN)
        room.check(wanted)
        briefing_id = self.clock.make(wanted, room.name)
        row = room.row(briefing_id)
        self._note("briefing_made", f"briefing {briefing_id}", detail=row["document_sha256"])
        return JSONResponse({"briefing_id": briefing_id})

    def note(self, request: Request) -> Response:
        """Keeps or takes back words beside the text."""
        room, told, at = self._room(), body_of(request), self.house.now()
        if "withdraw" in told:
            note_id = whole(told["withdraw"], "withdraw")
            briefing_id = room.withdraw(note_id, at=at)
            self._note("briefing_note_withdrawn", f"briefing {briefing_id}", detail=f"note {note_id}")
        else:
            briefing_id = whole(told.get("id"), "id")
            note_id = room.note(briefing_id, told, at=at)
            self._note("briefing_noted", f"briefing {briefing_id}", detail=f"note {note_id}")
        return JSONResponse({"notes": room.notes(briefing_id)})

    def release(self, request: Request) -> Response:
        """Releases a version, with name and time; hands it over to who waits for that."""
        room, briefing_id = self._room(), whole(body_of(request).get("id"), "id")
        row = room.release(briefing_id, at=self.house.now())
        self._note("briefing_released", f"briefing {briefing_id}", detail=row["document_sha256"])
        return JSONResponse({"row": room.told(row)})

    def told_runs(self, request: Request) -> Response:
        """How the runs of the last days went, and what was handed over to whom."""
        visitor = current_visitor()
        may_plan = visitor is not None and visitor.role in PERMISSIONS["briefing_plan"]
        return JSONResponse(run_rows(self.clock, zone=self.house.town.zone) | {"may_plan": may_plan})

    def plan(self, request: Request) -> Response:
        """What is made by itself from the next run on, and what it may be changed to."""
        return JSONResponse(self.orders.told("en" if request.query_params.get("lang") == "en" else "zh"))

    def change_plan(self, request: Request) -> Response:
        """Changes hour, editions and receivers from the next run on."""
        note = partial(self._note, "briefing_plan_changed", "briefing.yaml")
        since = self.orders.change(body_of(request), lambda told: note(detail=told))
        return JSONResponse({"from": since})

    def alarm(self, request: Request) -> Response:
        """Which runs are in trouble now: said on every screen."""
        return JSONResponse({"troubles": troubles(self.clock, zone=self.house.town.zone)})

    def _room(self) -> Room:
        visitor = current_visitor()
        if visitor is None:
            raise NotAllowedError("no visitor")
        shop = Workshop(self.house.town, self.house.store, self.archive, self._ready_at())
        return Room(shop, self.clock.runs, visitor)

    def _ready_at(self) -> time:
        plan: Plan = self.clock.plan()
        term = plan.term(local_date(self.house.now(), self.house.town.zone))
        return term.ready_at if term else READY_AT

    def _newest_day(self) -> str:
        """Returns the day of the newest briefing: today's, once its hour has come."""
        zone, now = self.house.town.zone, self.house.now()
        today = local_date(now, zone)
        is_ready = now >= instant_of(today, self._ready_at(), zone=zone)
        return (today if is_ready else today - DAY).isoformat()

    def _local(self, at: datetime) -> str:
        return local_text(f"{at:%Y-%m-%d %H:%M:%S}", zone=self.house.town.zone)

    def _note(self, action: str, target: str, *, detail: str = "", is_success: bool = True) -> None:
        visitor = current_visitor()
        if visitor is not None:
            who = {"actor": visitor.name, "role": visitor.role, "source": visitor.source}
            self.audit.record(Event(action, target=target, detail=detail, is_success=is_success, **who))


# What a POST leaves open is the whole town's: a visitor with fewer rows must name what is his.
_OPEN = {"areas": [], "departments": []}


def _export(room: Room, row: dict, *, code: str, is_marked: bool) -> Export:
    told = {"date": row["until_date"], "edition": row["edition_code"], "text": row["language_code"]}
    told |= {"area": row["area_id"], "department": row["department_id"], "version": row["version_no"]}
    mark = "watermark" if is_marked else ""
    return Export(
        actor_name=room.visitor.name,
        role_code=room.visitor.role,
        kind_code="briefing",
        what_text=" ".join(each for each in (row["title_text"], row["until_date"], mark) if each),
        filters_text=f"/briefing?{urlencode({name: value for name, value in told.items() if value})}",
        format_code=code,
    )
