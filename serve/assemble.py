"""Puts the server together (组装): rules, door, live stream, features, guard around one Dash app."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from dash import Dash

from access.audit import Audit, Event
from access.callbacks import CallbackMap
from access.guard import Guard, GuardRules
from access.headers import app_policy, inline_scripts
from access.policy import PolicyBook
from access.secret import derive, load_secret
from access.sessions import Sessions
from access.signin import SignIn
from access.signin_routes import Door
from access.tokens import Tokens
from components.board import Board
from data.connection import StoreError
from data.ops import Ops
from serve.backend import finish
from serve.delivery import Delivery
from serve.feature import Services
from serve.features import FEATURES
from serve.house import House
from serve.live import Live
from serve.routes import audit_route, bundle_route, geometry_route, health_route, status_route

log = logging.getLogger(__name__)

_FILE = re.compile(r'"((?:/assets|/_dash-component-suites)/[^"?]+)')


def enclose(app: Dash, *, house: House, book: PolicyBook, board: Board | None = None) -> Guard:
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
    services = Services(house=house, ops=ops, audit=audit, sessions=sessions, book=book, key=key, board=board)
    features = [opened(services) for opened in FEATURES]
    _add_routes(app, house=house, door=door, live=live, audit=audit)
    app.server.router.routes[0:0] = [route for feature in features for route in feature.routes]
    delivery = Delivery(app.server, generation=house.store.generation)
    begin = [live.start, _warming(delivery, app), *(each.begin for each in features if each.begin)]
    end = [*(each.end for each in features if each.end), live.stop]
    app.server.router.lifespan_context = _lifespan(begin, end)
    audit.record(Event("start", actor="server", detail=f"generation {house.store.generation()}"))
    rules = _guard_rules(app, house=house, book=book, tokens=Tokens(ops))
    return Guard(delivery, rules=rules, sessions=sessions, audit=audit)


def _guard_rules(app: Dash, *, house: House, book: PolicyBook, tokens: Tokens) -> GuardRules:
    return GuardRules(
        book=book,
        calls=CallbackMap(app.callback_map, book),
        allowed_hosts=house.server.allowed_hosts,
        content_policy=app_policy([*app.csp_hashes(), *inline_scripts(app.index_string)]),
        is_secure=house.server.is_secure,
        explain=house.explain,
        bearer=tokens.find,
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
        bundle_route(),
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
