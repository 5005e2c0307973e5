"""The callbacks of the screens (回调): one opens a page, one per page refreshes it, one fills the drawer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from components.board import Board, tiles_of
from components.context import View
from components.drawn import pack
from components.page import Page, find_page, pages
from components.provenance import draw_drawer
from components.shell import missing_page
from data.catalogue import catalogue
from data.connection import Store
from data.request import Scope
from data.town import Town


def register(
    app: Dash, *, store: Store, town: Town, scope_of: Callable[[], Scope], share_key: Callable[[], Hashable]
) -> Board:
    """Registers every callback of the screens; pages must be imported before.

    Raises:
        CatalogueError: a page shows a metric that does not exist; names the nearest.
    """
    for metric in sorted({name for page in pages() for tile in page.tiles for name in tile.metrics()}):
        catalogue().metric(metric)
    board = Board(store, town=town, scope_of=scope_of, share_key=share_key)
    _register_view(app)
    _register_stage(app, board)
    _register_drawer(app, board)
    for page in pages():
        _register_refresh(app, board, page=page)
        _register_clicks(app, page)
    return board


def _register_view(app: Dash) -> None:
    """The browser turns its address into `view` when `window` is told; `place` changes only when another page must open."""
    app.clientside_callback(
        ClientsideFunction("cockpit", "view"),
        Output("view", "data"),
        Output("place", "data"),
        Input("window", "data"),
        State("place", "data"),
    )


def _register_stage(app: Dash, board: Board) -> None:
    @app.callback(Output("stage", "children"), Input("place", "data"), State("view", "data"))
    def open_page(place: dict | None, stored: dict | None):
        if not place:
            raise PreventUpdate
        view = View.of({**(stored or {}), **place}, town=board.town)
        found = find_page(view.path)
        if found is None:
            return missing_page(view)
        page, route = found
        return board.compose(page, board.context(view, page=page, route=route))


def _register_refresh(app: Dash, board: Board, *, page: Page) -> None:
    outputs = [
        Output(f"{page.name}-{tile.uid}-{part}", prop)
        for tile in tiles_of(page)
        for part, prop in (*tile.props, ("age", "children"))
    ]

    @app.callback(outputs, Input("view", "data"), Input("generation", "data"), prevent_initial_call=True)
    def refresh(stored: dict | None, generation: int | None):
        view = View.of(stored, town=board.town)
        route = page.match(view.path)
        if route is None:  # the browser has just left this page
            raise PreventUpdate
        values = board.draw(page, board.context(view, page=page, route=route))
        return [_sent(values, each) for each in outputs]


def _sent(values: Mapping[tuple[str, str], object], output: Output) -> object:
    value = values.get((output.component_id, output.component_property), no_update)
    is_markup = output.component_property == "children" and value is not no_update
    return pack(value) if is_markup else value


def _register_clicks(app: Dash, page: Page) -> None:
    """A click on a point of a chart filters; the point's customdata says `parameter=value`."""
    for tile in page.tiles:
        if tile.clicks:
            component_id = f"{page.name}-{tile.uid}-{tile.clicks}"
            app.clientside_callback(
                ClientsideFunction("cockpit", "click"),
                Output(component_id, "clickData"),
                Input(component_id, "clickData"),
                prevent_initial_call=True,
            )


def _register_drawer(app: Dash, board: Board) -> None:
    @app.callback(
        Output("drawer", "children"), Input("asked", "data"), State("view", "data"), prevent_initial_call=True
    )
    def open_drawer(asked: dict | None, stored: dict | None):
        view = View.of(stored, town=board.town)
        found = find_page(view.path)
        if not asked or found is None:
            raise PreventUpdate
        ctx = board.context(view, page=found[0], route=found[1])
        return draw_drawer(str(asked.get("metric")), ctx=ctx, scope=board.scope_of(), store=board.store)
