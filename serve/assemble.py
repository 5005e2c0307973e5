"""Puts the server together (组装): rules, door, live stream, routes, guard around one Dash app."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from dash import Dash

from access.audit import Audit, Event
from access.callbacks import CallbackMap
from access.guard import Guard, GuardRules
from access.headers import app_policy, inline_scripts
from access.policy import PolicyBook
from access.secret import derive, load_secret
from access.sessions import Sessions
from access.signin import SignIn
from access.signin_page import CONTENT_POLICY, Place, refusal_page
from access.signin_routes import Door
from data.connection import Store, StoreError
from data.freshness import lateness
from data.listing import Listing, fetch_listing
from data.ops import Ops
from data.request import EVERYTHING
from data.server_settings import ServerSettings
from data.settings import Settings
from data.town import Town
from serve.acknowledged import acknowledged_route
from serve.backend import finish
from serve.delivery import Delivery
from serve.live import Live
from serve.routes import audit_route, geometry_route, health_route, status_route
from serve.usage import UsageFeed

log = logging.getLogger(__name__)

_FILE = re.compile(r'"((?:/assets|/_dash-component-suites)/[^"?]+)')


@dataclass(frozen=True)
class House:
    """One installation as it is served."""

    settings: Settings
    server: ServerSettings
    town: Town
    store: Store
    _pulse: dict = field(default_factory=dict, repr=False, compare=False)

    def now(self) -> datetime:
        """The present instant of this town, naive UTC."""
        return self.town.now(self.settings)

    def state(self) -> tuple[int, datetime | None]:
        """The newest generation opened and its as-of."""
        return self.store.generation(), self.store.as_of_at()

    def refresh(self) -> tuple[int, datetime | None]:
        """Open the newest generation and return it."""
        self.store.refresh()
        return self.state()

    @property
    def place(self) -> Place:
        """What the pages before and after a session say about the town."""
        label = self.town.label
        return Place(label.zh, label.en, self.town.file.is_synthetic)

    def explain(self, code: str, language: str) -> tuple[str, str]:
        """Why an address is not answered: a page and its content policy."""
        chosen = language if language in ("zh", "en") else self.town.file.language
        return refusal_page(self.place, language=chosen, code=code), CONTENT_POLICY

    def freshness(self) -> str:
        """How late the worst required feed is now; the feeds are read once per generation."""
        number = self.store.generation()
        if self._pulse.get("generation") != number:
            try:
                frame = fetch_listing(Listing("feeds"), scope=EVERYTHING, store=self.store)
            except StoreError:
                return "unknown"
            self._pulse.update(generation=number, feeds=frame)
        return lateness(self._pulse["feeds"], now=self.now())

    def feeds(self) -> list[dict]:
        """The feeds' last arrivals and lags, as they are listed."""
        frame = fetch_listing(Listing("feeds"), scope=EVERYTHING, store=self.store)
        return [{name: _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def enclose(app: Dash, *, house: House, book: PolicyBook) -> Guard:
    """Return the guarded ASGI app.

    Raises:
        PolicyError: a callback has no rule.
        WeakSecret: the secret key is no good.
        OpsError: the book cannot be opened.
    """
    home = house.settings.home
    key = load_secret(home)
    app.server.secret_key = derive(key, "dash").hex()
    ops = Ops(home / "ops.sqlite")
    audit, sessions = Audit(ops, key), Sessions(ops)
    finish(app)
    door = Door(
        place=house.place,
        language=house.town.file.language,
        sign_in=SignIn(ops, audit, key=key),
        sessions=sessions,
        audit=audit,
        is_demo_allowed=house.town.file.is_synthetic or house.server.is_demo_forced,
        is_secure=house.server.is_secure,
    )
    live = Live(house.settings.published_dir / "CURRENT", refresh=house.refresh, now=house.now)
    _add_routes(app, house=house, door=door, live=live, audit=audit)
    shown = acknowledged_route(ops, audit, store=house.store, now=house.now)
    app.server.router.routes.insert(0, shown)
    delivery = Delivery(app.server, generation=house.store.generation)
    usage = UsageFeed(ops, book=book, landing=house.settings.landing_dir, now=house.now)
    begin = [live.start, _warming(delivery, app), usage.start]
    app.server.router.lifespan_context = _lifespan(begin, [usage.stop, live.stop])
    audit.record(Event("start", actor="server", detail=f"generation {house.store.generation()}"))
    return Guard(delivery, rules=_guard_rules(app, house=house, book=book), sessions=sessions, audit=audit)


def _guard_rules(app: Dash, *, house: House, book: PolicyBook) -> GuardRules:
    return GuardRules(
        book=book,
        calls=CallbackMap(app.callback_map, book),
        allowed_hosts=house.server.allowed_hosts,
        content_policy=app_policy([*app.csp_hashes(), *inline_scripts(app.index_string)]),
        is_secure=house.server.is_secure,
        explain=house.explain,
    )


def _add_routes(app: Dash, *, house: House, door: Door, live: Live, audit: Audit) -> None:
    # Before Dash's own "any other path is the page", which it adds when the server starts.
    router = app.server.router
    router.routes[0:0] = [
        *door.routes(),
        health_route(house.state, house.now, freshness=house.freshness),
        status_route(house.settings.home, feeds=house.feeds, state=house.state),
        audit_route(audit),
        geometry_route(house.settings.published_dir / "geo"),
    ]
    router.add_route("/events", live.route(door.sessions), methods=["GET"])


def _lifespan(begin: Iterable[Callable], end: Iterable[Callable]):
    @asynccontextmanager
    async def lifespan(app) -> AsyncIterator[None]:
        for each in begin:
            try:
                await each()
            except StoreError:
                log.exception("the live stream starts without a generation")
        yield
        for each in end:
            await each()

    return lifespan


def _warming(delivery: Delivery, app: Dash) -> Callable:
    # The page itself says which files a viewer will ask for first.
    files = _FILE.findall(app.index_string + app._generate_scripts_html())
    running = set()

    async def begin() -> None:
        task = asyncio.create_task(delivery.warm(files))
        running.add(task)
        task.add_done_callback(running.discard)

    return begin


def _plain(value: object) -> object:
    if value is None or value != value:  # NaN and NaT are not equal to themselves
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)
