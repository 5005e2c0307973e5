"""The board engine (看板引擎): draws a page's tiles; each ask is answered once, failures are kept apart."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

from dash import html, no_update
from dash.development.base_component import Component

from access.context import current_visitor, do_not_share
from access.policy import PERMISSIONS
from components.context import Context, Names, View, names_by_kind
from components.door import Ask, answer, answer_together, bundled
from components.drawn import pack
from components.page import Page, pages
from components.panel import age_mark, panel
from components.tiles.base import Tile
from components.tiles.filter_bar import FilterBar
from components.tiles.header import Header
from data.catalogue import NotInForceError
from data.connection import Store
from data.freshness import stale_after_seconds
from data.listing import MODULE_NAMES, Listing, listings
from data.request import Filters, NoSuchLevelError, Scope, parse_filters
from data.town import Town

__all__ = ["Board", "Failed", "pages", "tiles_of"]
log = logging.getLogger(__name__)
KEPT_DRAWINGS = 256
KEPT_LISTINGS = 256
ASKS_AT_ONCE = min(4, os.cpu_count() or 1)
HEADER = Header(uid="head")
FILTER_BAR = FilterBar(uid="bar")
EVERYTHING = Scope(area_ids=None, department_ids=None)

Values = dict[tuple[str, str], object]


class Failed:
    """Stands for an ask or a drawing that went wrong; its tiles keep what they showed."""


FAILED = Failed()


class Absent:
    """Stands for an ask about something this town does not have; `word` says what."""

    def __init__(self, word: str):
        self.word = word


# Nothing went wrong: another town has such a level, another year such a rule.
ABSENT = {NoSuchLevelError: Absent("common.no_level"), NotInForceError: Absent("common.no_rule")}


def tiles_of(page: Page) -> tuple[Tile, ...]:
    """Returns the page's tiles with the ones every page has: header and filter bar."""
    return (HEADER, *((FILTER_BAR,) if page.has_filters else ()), *page.tiles)


class Board:
    """Fetches and draws pages for one town and one store."""

    def __init__(
        self, store: Store, *, town: Town, scope_of: Callable[[], Scope], share_key: Callable[[], Hashable]
    ) -> None:
        self.store = store
        self.town = town
        self.scope_of = scope_of
        self.share_key = share_key
        self._drawn: OrderedDict[Hashable, Values] = OrderedDict()
        self._lock = Lock()
        self._facts: tuple[int, Names, int] | None = None
        self._named: tuple[tuple, Names] | None = None
        self._listings: dict[tuple[Ask, Scope], tuple[Hashable, object]] = {}
        self._pool = ThreadPoolExecutor(ASKS_AT_ONCE, thread_name_prefix="board")

    def context(self, view: View, *, page: Page, route: Mapping[str, str]) -> Context:
        """Returns what the page's tiles draw with; unreadable filters become the town's defaults."""
        as_of_at = self.store.as_of_at()
        try:
            filters = self._filters(view, page, as_of_at=as_of_at)
        except ValueError as error:
            log.warning("filters of %s%s are ignored: %s", view.path, view.search, error)
            view = replace(view, search="")
            filters = self._filters(view, page, as_of_at=as_of_at)
        if page.area_param:
            filters = replace(filters, area_id=route[page.area_param])
        generation, names, stale_after_s = self._town_facts()
        return Context(
            view=view,
            town=self.town,
            filters=filters,
            as_of_at=as_of_at,
            generation=generation,
            names=names,
            stale_after_s=stale_after_s,
            route=dict(route),
            page=page.name,
            default_period=page.default_period,
            permissions=_permissions(),
        )

    def _filters(self, view: View, page: Page, *, as_of_at) -> Filters:
        return parse_filters(
            view.params, as_of_at=as_of_at, town=self.town, default_period=page.default_period
        )

    def draw(self, page: Page, ctx: Context) -> Values:
        """Returns (component id, property) -> value for every tile; a failed tile's values are `no_update`.

        A page without failures is kept and shared by everyone with the same view, generation and scope.
        """
        key = (page.name, ctx.view, ctx.generation, self.share_key())
        with self._lock:
            if key in self._drawn:
                self._drawn.move_to_end(key)
                return self._drawn[key]
        values, is_whole = self._draw_fresh(page, ctx)
        if is_whole:
            with self._lock:
                self._drawn[key] = values
                while len(self._drawn) > KEPT_DRAWINGS:
                    self._drawn.popitem(last=False)
        else:
            do_not_share(f"{page.name}: a tile failed")
        return values

    def compose(self, page: Page, ctx: Context) -> Component:
        """Returns the whole page with its first values already in place."""
        values = self.draw(page, ctx)
        panels = [panel(tile, uid=f"{page.name}-{tile.uid}", ctx=ctx) for tile in tiles_of(page)]
        body = html.Div(panels, className=f"board shape-{page.shape} page-{page.name}")
        by_id = {getattr(each, "id", None): each for each in body._traverse()}
        for (component_id, prop), value in values.items():
            if value is not no_update:
                setattr(by_id[component_id], prop, pack(value) if prop == "children" else value)
        return body

    def _draw_fresh(self, page: Page, ctx: Context) -> tuple[Values, bool]:
        tiles = tiles_of(page)
        wanted = {tile.uid: self._safely(tile.requests, ctx, page=page, tile=tile) for tile in tiles}
        answers = self._answer_all(wanted.values(), generation=ctx.generation)
        values: Values = {}
        is_whole = True
        for tile in tiles:
            asks = wanted[tile.uid]
            mine = asks if asks is FAILED else {name: answers[ask] for name, ask in asks.items()}
            drawn = FAILED if mine is FAILED else _undrawable(mine.values())
            if drawn is None:
                drawn = self._safely(tile.draw, mine, ctx, page=page, tile=tile)
            is_whole = is_whole and drawn is not FAILED
            values |= _tile_values(tile, drawn, uid=f"{page.name}-{tile.uid}", mine=mine, ctx=ctx)
        return values, is_whole

    def answers(self, asks: Mapping[str, Ask]) -> dict[str, object]:
        """Returns name -> answer for the running visitor; what failed or does not exist here is left out."""
        found = self._answer_all([asks], generation=self.store.generation())
        return {
            name: found[ask] for name, ask in asks.items() if not isinstance(found[ask], (Failed, Absent))
        }

    def _answer_all(self, wanted, *, generation: int) -> dict[Ask, object]:
        """Answers every distinct ask once, several at a time; one that fails is logged and marked."""
        scope = self.scope_of()
        asks = list(dict.fromkeys(ask for each in wanted if each is not FAILED for ask in each.values()))
        steps = [
            self._pool.submit(self._answer_group, group, scope=scope, generation=generation)
            for group in bundled(asks)
        ]
        return {ask: found for step in steps for ask, found in step.result().items()}

    def _answer_group(self, group: list[Ask], *, scope: Scope, generation: int) -> dict[Ask, object]:
        """Answers asks that share a statement; where that fails, one by one, so that only what is broken fails."""
        if len(group) > 1:
            try:
                answer_together(group, scope=scope, store=self.store)
            except Exception as error:
                log.warning("answered one by one: %s", error)
        return {ask: self._answer(ask, scope=scope, generation=generation) for ask in group}

    def _answer(self, ask: Ask, *, scope: Scope, generation: int) -> object:
        """Returns an answer or FAILED; listings are kept for a generation, numbers have their own cache."""
        if not isinstance(ask, Listing):
            return self._found(ask, scope)
        is_lasting = ask.name in listings() and listings()[ask.name].is_lasting
        stands = self.store.lasting() if is_lasting else generation
        held = self._listings.get((ask, scope))
        if held and held[0] == stands:
            return held[1]
        found = self._found(ask, scope)
        if found is not FAILED:
            with self._lock:
                self._listings[(ask, scope)] = (stands, found)
                while len(self._listings) > KEPT_LISTINGS:
                    self._listings.pop(next(iter(self._listings)))
        return found

    def _found(self, ask: Ask, scope: Scope) -> object:
        try:
            return answer(ask, scope=scope, store=self.store)
        except tuple(ABSENT) as reason:
            return ABSENT[type(reason)]
        except Exception:
            log.exception("ask failed: %r", ask)
            return FAILED

    def _safely(self, step: Callable, *args, page: Page, tile: Tile):
        try:
            return step(*args)
        except Exception:
            log.exception("tile %s of page %s failed", tile.uid, page.name)
            return FAILED

    def _town_facts(self) -> tuple[int, Names, int]:
        generation = self.store.generation()
        if self._facts is None or self._facts[0] != generation:
            asked = ("names", "areas", "feeds")
            names, areas, feeds = (
                self._answer(Listing(name), scope=EVERYTHING, generation=generation) for name in asked
            )
            self._facts = (generation, self._names(names, areas), stale_after_seconds(feeds))
        return self._facts

    def _names(self, names, areas) -> Names:
        """Names of the town and of module tables; the frames stay the same ones as long as no such table changes."""
        frames = (names, areas, answer(Listing(MODULE_NAMES), scope=EVERYTHING, store=self.store))
        if self._named is None or any(
            new is not old for new, old in zip(frames, self._named[0], strict=True)
        ):
            tables = names_by_kind(frames[2]) | names_by_kind(names)
            levels = dict(zip(areas["area_id"], areas["level_code"], strict=True))
            self._named = (frames, Names(tables, levels))
        return self._named[1]


def _permissions() -> frozenset[str] | None:
    visitor = current_visitor()
    if visitor is None:
        return None
    return frozenset(name for name, roles in PERMISSIONS.items() if visitor.role in roles)


def _undrawable(answers: Iterable[object]) -> Failed | Absent | None:
    """Returns what keeps a tile from being drawn: a failure before something that is not there; None for nothing."""
    found = [each for each in answers if isinstance(each, (Failed, Absent))]
    return FAILED if FAILED in found else next(iter(found), None)


def _tile_values(tile: Tile, drawn, *, uid: str, mine, ctx: Context) -> Values:
    if drawn is FAILED:
        values: Values = {(f"{uid}-{part}", prop): no_update for part, prop in tile.props}
        return values | {(f"{uid}-age", "children"): age_mark(ctx, as_of_at=None, is_failed=True)}
    if isinstance(drawn, Absent):
        note = html.P(ctx.t(drawn.word), className="empty")
        values = {
            (f"{uid}-{part}", prop): note if prop == "children" else no_update for part, prop in tile.props
        }
        return values | {(f"{uid}-age", "children"): age_mark(ctx, as_of_at=ctx.as_of_at)}
    values = {(f"{uid}-{part}", prop): new for (part, prop), new in zip(tile.props, drawn, strict=True)}
    mark = age_mark(ctx, as_of_at=tile.as_of(mine, ctx), stale_after_s=tile.stale_after_s(mine, ctx))
    return values | {(f"{uid}-age", "children"): mark}
