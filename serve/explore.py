"""What the explorer's charts ask (交叉筛选): cubes, cross tables and pages of rows of the asker's own view."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.context import current_scope, current_visitor
from access.policy import PERMISSIONS
from data.catalogue import CatalogueError, NotInForceError
from data.connection import Store
from data.explore import open_view
from data.explore_cube import Selection, fetch_cross, fetch_cube, fetch_page
from data.explore_rows import CODED, TIME_BINS
from data.explore_view import UNITS, Table, View, parse_selection, parse_words
from data.listing import Listing, fetch_listing
from data.request import EVERYTHING, RequestError, parse_filters
from serve.feature import Feature, Services
from serve.house import House

PAGE_ROWS = 25
LONGEST = 8000  # characters of an address


def explorer(services: Services) -> Feature:
    """Opens /explore/cube, /explore/cross and /explore/rows."""
    desk = Desk(services.house)
    asked = {"cube": desk.cube, "cross": desk.cross, "rows": desk.rows}
    return Feature(tuple(Route(f"/explore/{name}", _guarded(answer)) for name, answer in asked.items()))


def _guarded(answer: Callable[[QueryParams], Response]) -> Callable[[Request], Response]:
    """What cannot be meant is told as such, never as an error of the server."""

    def answered(request: Request) -> Response:
        if len(request.url.query) > LONGEST:
            return JSONResponse({"error": "too long"}, status_code=400)
        try:
            return _twice(answer, request.query_params)
        except (RequestError, NotInForceError) as error:
            return JSONResponse({"error": str(error)[:300]}, status_code=400)
        except CatalogueError:  # its text names a folder
            return JSONResponse({"error": "kpi: no such number"}, status_code=400)

    return answered


def _twice(answer: Callable[[QueryParams], Response], params: QueryParams) -> Response:
    """Asks again where a kept view made room for others between opening and reading it."""
    try:
        return answer(params)
    except duckdb.CatalogException:
        return answer(params)


class Desk:
    """Answers for one installation; the rows are the asker's own, whatever the address says."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._names: tuple[object, dict[tuple[str, str], tuple[str, str]]] = (None, {})

    @property
    def _store(self) -> Store:
        return self._house.store

    def cube(self, params: QueryParams) -> Response:
        """Returns counts as 32-bit integers behind a JSON head: u32 length, head, then each part in the head's order."""
        table, selection = self._view(params)
        cube = fetch_cube(table, params.get("active", "day"), selection=selection, store=self._store)
        head = {
            "active": cube.active,
            "unit": table.unit,
            "serial": table.serial,
            "generation": table.generation,
            "as_of_at": f"{table.as_of_at.isoformat(timespec='seconds')}Z",
            "row_count": table.row_count,
            "excluded_count": table.excluded_count,
            "day_count": table.day_count,
            "time_bins": TIME_BINS,
            "codes": table.codes,
            "totals": table.totals,
            "labels": self._labels(table, params.get("lang", "zh")),
            "parts": [[name, counts.shape[1]] for name, counts in cube.parts.items()],
        }
        return Response(
            _packed(head, [*cube.parts.values(), cube.weights]), media_type="application/octet-stream"
        )

    def cross(self, params: QueryParams) -> Response:
        """Returns a cross table: cells and totals, each with its n and the parts of both rates."""
        table, selection = self._view(params)
        by = tuple(name for name in params.get("by", "").split(",") if name)
        frame = fetch_cross(table, by, selection=selection, store=self._store)
        names = [name for name in frame.columns if not name.startswith("_")]
        cells = [[_plain(value) for value in row] for row in frame[names].itertuples(index=False)]
        return JSONResponse({"serial": table.serial, "by": by, "columns": names, "cells": cells})

    def rows(self, params: QueryParams) -> Response:
        """Returns one page of the rows selected, and how many there are."""
        table, selection = self._view(params)
        number = params.get("xp", "1")
        if not (number.isascii() and number.isdecimal() and 0 < int(number[:7]) <= 1_000_000):
            raise RequestError(f"xp = {number[:20]!r}: not a page")
        window = ((int(number) - 1) * PAGE_ROWS, PAGE_ROWS)
        order = params.get("xo") or "-at"
        count, page = fetch_page(table, selection, store=self._store, order=order, window=window)
        rows = [_row(row, self._store.zone) for row in page.to_dict("records")]
        return JSONResponse({"serial": table.serial, "count": count, "size": PAGE_ROWS, "rows": rows})

    def _view(self, params: QueryParams) -> tuple[Table, Selection]:
        unit, words = params.get("u", UNITS[0]), parse_words(params.get("q", ""))
        if unit not in UNITS:
            raise RequestError(f"u = {unit[:40]!r}: expected {' or '.join(UNITS)}")
        visitor = current_visitor()
        if words and (visitor is None or visitor.role not in PERMISSIONS["cases"]):
            raise RequestError("q: only those who act on cases search their texts")
        filters = parse_filters(dict(params), as_of_at=self._store.as_of_at(), town=self._house.town)
        metric, side = params.get("kpi", ""), params.get("side", "")
        if len(side) > 40:
            raise RequestError("side: no such side")
        view = View(unit, filters, metric, side if metric else "", words)
        serial = params.get("g", "0")
        pinned = int(serial) if serial.isascii() and serial.isdecimal() and len(serial) < 10 else 0
        table = open_view(view, scope=current_scope(), store=self._store, serial=pinned)
        return table, parse_selection(params.get("x", ""))

    def _labels(self, table: Table, lang: str) -> dict[str, list[str]]:
        """Returns what the codes of a view are called, in the order of the codes."""
        names, place = self._named(), 0 if lang != "en" else 1
        return {
            kind: [names.get((kind, code), (code, code))[place] or code for code in table.codes[kind]]
            for kind in CODED
        }

    def _named(self) -> dict[tuple[str, str], tuple[str, str]]:
        stands = self._store.lasting()
        if self._names[0] != stands:
            frame = fetch_listing(Listing("names"), scope=EVERYTHING, store=self._store)
            rows = frame[["kind", "key", "name_zh", "name_en"]].itertuples(index=False)
            self._names = (stands, {(kind, key): (zh, en or zh) for kind, key, zh, en in rows})
        return self._names[1]


def _packed(head: dict, parts: list[np.ndarray]) -> bytes:
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)  # numbers behind it begin at a multiple of their size
    return b"".join([struct.pack("<I", len(text)), text, *(each.astype("<u4").tobytes() for each in parts)])


def _row(row: dict, zone: ZoneInfo) -> dict[str, object]:
    told = {name: _plain(value) for name, value in row.items() if name not in ("no", "moment", "due")}
    return told | {"at": _local(row["moment"], zone), "due": _local(row["due"], zone)}


def _local(instant: datetime, zone: ZoneInfo) -> str | None:
    if pd.isna(instant):
        return None
    return instant.replace(tzinfo=UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _plain(value: object) -> object:
    if pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
