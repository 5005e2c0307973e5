"""A small guarded app: pages, a router, a callback with patterns; and one account per role."""

from __future__ import annotations

import json
import shutil
import threading
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dash import ALL, Dash, Input, Output, State, dcc, html

from access.accounts import Accounts, NewAccount
from access.context import current_scope, current_visitor, do_not_share
from access.incoming import COOKIE
from access.policy import ROLES, PolicyBook
from access.sessions import Sessions
from data.generation import StoreError
from data.ops import Ops
from data.server_settings import read_server_settings
from data.settings import Settings
from data.town import Label, Town
from serve.assemble import enclose
from serve.backend import CockpitBackend, CockpitDash
from serve.house import House

with warnings.catch_warnings():  # starlette wants httpx2, which is not released for general use (2026-11)
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PASSWORD = "Long-enough-4-all"
# Rows of a make-believe table: area, department, text. What a visitor sees is cut by current_scope() only.
ROWS = [("grid-1", "d1", "alpha"), ("grid-1", "d2", "beta"), ("grid-2", "d1", "gamma")]


class FakeStore:
    """Stands for data.connection.Store: what the server uses of it."""

    def __init__(self) -> None:
        self.number = 1

    def generation(self) -> int:
        return self.number

    def as_of_at(self) -> datetime:
        return datetime(2026, 11, 22, 8, 0)

    def refresh(self) -> bool:
        return False

    def reading(self, serial: int | None = None):
        raise StoreError("nothing published here")


class FakeTownFile:
    is_synthetic = True
    language = "zh"
    timezone = "Asia/Shanghai"
    default_period = "28d"


@dataclass
class Served:
    """The running test app and what tests look at."""

    guard: object
    dash: Dash
    house: House
    home: Path
    calls: list = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def client(self, role: str | None = None, **more) -> TestClient:
        """Returns a client, signed in as the account called after its role (or `grid2`)."""
        client = TestClient(
            self.guard,
            base_url="http://127.0.0.1",
            follow_redirects=False,
            raise_server_exceptions=False,
            **more,
        )
        if role:
            ops = Ops(self.home / "ops.sqlite")
            account = Accounts(ops).find(role)
            client.cookies.set(COOKIE, Sessions(ops).start(account["account_id"], source="test"))
            ops.close()
        return client


def visible_rows() -> str:
    scope = current_scope()
    return " ".join(
        text
        for area, department, text in ROWS
        if (scope.area_ids is None or area in scope.area_ids)
        and (scope.department_ids is None or department in scope.department_ids)
    )


def make_app(served_calls: list, gate: threading.Event, *, assets: Path) -> tuple[Dash, PolicyBook]:
    app = CockpitDash(
        "cockpit",
        backend=CockpitBackend,
        assets_folder=str(assets),
        suppress_callback_exceptions=True,
        title="t",
    )
    app.layout = lambda: html.Div(
        [dcc.Store(id="view"), dcc.Store(id="generation"), dcc.Store(id="place"), html.Div(id="stage")]
    )

    @app.callback(Output("stage", "children"), Input("place", "data"), State("view", "data"))
    def stage(place, view):
        return f"page {place}"

    @app.callback(Output("home-card-value", "children"), Input("view", "data"), Input("generation", "data"))
    def home(view, generation):
        gate.wait(5)
        served_calls.append(current_visitor().name)
        if view["search"] == "?incomplete":
            do_not_share("a tile failed")
        return visible_rows()

    @app.callback(
        Output("cases-list-rows", "children"),
        Output("cases-list-age", "children"),
        Input("view", "data"),
        State({"kind": "box", "index": ALL}, "value"),
    )
    def cases(view, boxes):
        if (view or {}).get("search") == "?crash":
            raise RuntimeError("secret inside")
        if (view or {}).get("search") == "?odd":
            raise ValueError("secret inside")
        return visible_rows(), "now"

    app.clientside_callback("function(x){return x}", Output("view", "data"), Input("stage", "id"))
    book = PolicyBook()
    book.declare_page("home", path="/", permission="view")
    book.declare_page("cases", path="/cases", permission="cases")
    book.declare_page("case", path="/cases/<case_id>", permission="cases")
    book.declare("stage", permission="view", cacheable=True, is_router=True)
    return app, book


def make_house(home: Path, environ: dict | None = None, *, store: object = None) -> House:
    (home / "published" / "geo").mkdir(parents=True)
    (home / "published" / "CURRENT").write_text("{}")
    (home / "published" / "geo" / "grid.json").write_text(
        json.dumps({"type": "FeatureCollection", "features": []})
    )
    (home / "landing" / "police_110").mkdir(parents=True)
    settings = Settings(town_id="t", town_dir=home, home=home, data_dir=home)
    file = FakeTownFile()
    file.label, file.now = Label(zh="测试镇", en="Testing"), None
    town = Town(folder=home, file=file, calendar=None, data_dir=home)
    return House(settings, read_server_settings(environ or {}), town, store or FakeStore())


def call_body(key: str = "home", *, search: str = "", path: str = "/", generation: int = 1) -> dict:
    """Returns the body the browser would send for one of the callbacks."""
    view = {"id": "view", "property": "data", "value": {"path": path, "search": search, "lang": "zh"}}
    if key == "stage":
        return {
            "output": "stage.children",
            "outputs": {"id": "stage", "property": "children"},
            "inputs": [{"id": "place", "property": "data", "value": {"path": path}}],
            "state": [view],
            "changedPropIds": ["place.data"],
        }
    if key == "cases":
        return {
            "output": "..cases-list-rows.children...cases-list-age.children..",
            "outputs": [
                {"id": "cases-list-rows", "property": "children"},
                {"id": "cases-list-age", "property": "children"},
            ],
            "inputs": [view],
            "state": [[{"id": {"index": 1, "kind": "box"}, "property": "value", "value": "x"}]],
            "changedPropIds": ["view.data"],
        }
    return {
        "output": "home-card-value.children",
        "outputs": {"id": "home-card-value", "property": "children"},
        "inputs": [view, {"id": "generation", "property": "data", "value": generation}],
        "state": [],
        "changedPropIds": ["view.data"],
    }


def serve_small_app(
    home: Path, accounts_file: Path, *, environ: dict | None = None, store: object = None
) -> Served:
    """Returns the guarded app in a home of its own, with a copy of ready-made accounts; `store` holds published data."""
    calls, gate = [], threading.Event()
    gate.set()
    (home / "assets").mkdir()
    (home / "assets" / "a.css").write_text("p{color:red}" * 100)
    app, book = make_app(calls, gate, assets=home / "assets")
    house = make_house(home, environ, store=store)
    shutil.copy(accounts_file, home / "ops.sqlite")
    return Served(enclose(app, house=house, book=book), app, house, home, calls, gate)


def make_accounts(path: Path) -> None:
    """Makes one account per role, and `grid2` for a second grid: once, for a password takes its time."""
    ops = Ops(path)
    accounts = Accounts(ops)
    for role in (*ROLES, "grid2"):
        areas = {"grid_worker": frozenset(["grid-1"]), "grid2": frozenset(["grid-2"])}.get(role)
        departments = frozenset(["d1"]) if role == "department" else None
        kind = "grid_worker" if role == "grid2" else role
        accounts.add(NewAccount(role, kind, "", areas, departments), password=PASSWORD)
    ops.write("PRAGMA wal_checkpoint(TRUNCATE)")
    ops.close()
