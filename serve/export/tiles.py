"""One tile of one page as files (栏目导出): asked again, whole, with the visitor's own rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from components.board import Board, tiles_of
from components.context import Context, View
from components.door import Rows
from components.drawing.area_map import draw_area_map
from components.drawing.chart import draw_chart
from components.drawing.spec import AreaPicture
from components.numbers import bare, is_known
from components.page import Page, find_page
from components.sheet_pictures import picture_of, risk_of, size_of
from components.sheets import Heading, Sheet, sheets_of
from components.tiles.base import Tile
from data.catalogue import catalogue
from data.listing import Listing
from data.query import Answer
from data.rivals import Rivalry
from serve.export.files import csv_bytes, geojson_bytes, xlsx_bytes

MOST_ROWS = 100_000
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "svg": "image/svg+xml",
    "geojson": "application/geo+json",
}


class NothingToExport(LookupError):
    """There is no such page, tile or form; says which."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which tile of which page is asked for: the page's path and search, the tile's uid, the language."""

    path: str
    search: str
    tile: str
    lang: str


@dataclass(frozen=True)
class Exported:
    """A tile's answers, and what they are answers to."""

    page: Page
    tile: Tile
    ctx: Context
    answers: Mapping[str, object]

    @property
    def title(self) -> str:
        """What the tile is called."""
        return self.tile.printed(self.ctx) or self.ctx.t(self.page.title)

    @property
    def address(self) -> str:
        """The address that shows the same."""
        search = self.ctx.view.search.lstrip("?")
        return self.ctx.view.path + (f"?{search}" if search else "")


@dataclass(frozen=True)
class Content:
    """A file's bytes, its suffix, how many rows it holds (None: a picture)."""

    data: bytes
    suffix: str
    row_count: int | None


def ask_tile(board: Board, asked: Asked, *, is_whole: bool) -> Exported:
    """Returns a tile's answers for the running visitor; whole lists go to `MOST_ROWS`, else as on the screen.

    Raises:
        NothingToExport: no such page or tile.
    """
    view = View.of(
        {"path": asked.path, "search": asked.search, "lang": asked.lang, "theme": "light"}, town=board.town
    )
    found = find_page(view.path)
    if found is None:
        raise NothingToExport(f"no page at {view.path}")
    page, route = found
    mine = next((each for each in tiles_of(page) if each.uid == asked.tile and each.is_exported), None)
    if mine is None:
        raise NothingToExport(f"page {page.name} has nothing called {asked.tile!r} to export")
    ctx = board.context(view, page=page, route=route)
    asks = {name: _whole(ask) if is_whole else ask for name, ask in mine.requests(ctx).items()}
    return Exported(page, mine, ctx, board.answers(asks))


def _whole(ask):
    if isinstance(ask, Rows):
        return replace(ask, limit=MOST_ROWS, offset=0)
    if isinstance(ask, Rivalry):
        return replace(ask, limit=MOST_ROWS)
    if isinstance(ask, Listing) and ask.limit is not None:
        return replace(ask, limit=MOST_ROWS, offset=0)
    return ask


def forms_of(found: Exported) -> list[str]:
    """Returns the forms this tile can be had in."""
    forms = ["xlsx", "csv"] if sheets_of(found.answers, found.ctx) else []
    if picture_of(found.tile, found.answers, found.ctx) is not None:
        forms += ["png", "svg"]
    return [*forms, "geojson"] if _layer(found) else forms


def make_file(found: Exported, form: str, *, geo: Path, reader: str, at: datetime) -> Content:
    """Returns a tile in one form.

    Args:
        found: the tile and its answers.
        form: one of `forms_of`.
        geo: folder of the published shapes.
        reader: who exports it, as told in the file.
        at: when, naive UTC.

    Raises:
        NothingToExport: the tile cannot be had in this form.
    """
    made = _picture(found, form, geo=geo) if form in ("png", "svg") else None
    if form == "geojson":
        made = _map_layer(found, geo=geo, reader=reader, at=at)
    if form in ("csv", "xlsx"):
        made = _tables(found, form, reader=reader, at=at)
    if made is None:
        raise NothingToExport(f"{found.page.name}/{found.tile.uid} cannot be had as {form!r}")
    return made


def _picture(found: Exported, form: str, *, geo: Path) -> Content | None:
    picture = picture_of(found.tile, found.answers, found.ctx)
    if isinstance(picture, AreaPicture):
        return Content(draw_area_map(picture, geo_folder=geo, form=form), form, None)
    return picture and Content(draw_chart(picture, form=form, size_mm=size_of(picture)), form, None)


def _map_layer(found: Exported, *, geo: Path, reader: str, at: datetime) -> Content | None:
    layer = _layer(found)
    if layer is None:
        return None
    level, facts = layer
    shapes = json.loads((geo / f"{level}.json").read_text(encoding="utf-8"))
    return Content(
        geojson_bytes(shapes, facts=facts, about=_about_facts(found, reader, at)), "geojson", len(facts)
    )


def _tables(found: Exported, form: str, *, reader: str, at: datetime) -> Content | None:
    sheets = sheets_of(found.answers, found.ctx)
    if not sheets:
        return None
    count = sum(len(sheet.rows) for sheet in sheets)
    if form == "csv":
        data, suffix = csv_bytes(sheets)
        return Content(data, suffix, count)
    beside = [definitions_sheet(found.tile, sheets, found.ctx), about_sheet(found, reader=reader, at=at)]
    return Content(xlsx_bytes(sheets, beside=[each for each in beside if each.rows], at=at), form, count)


def definitions_sheet(tile: Tile, sheets: list[Sheet], ctx: Context) -> Sheet:
    """Returns what every number of the sheets means."""
    names = list(dict.fromkeys([*tile.metrics(), *(name for sheet in sheets for name in sheet.metrics)]))
    words = ("metric", "meaning", "clocks", "excluded", "formula", "unit", "reference", "version")
    rows = []
    for name in names:
        each = catalogue().metric(name)
        texts = (ctx.pick(part) for part in (each.label, each.meaning, each.clocks, each.exclusions))
        formula = each.value or f"KM P{round(100 * (each.share or 0))}"
        rows.append((*texts, formula, ctx.pick(each.unit), each.reference.title, str(each.version)))
    return Sheet(
        ctx.t("export.definitions"), tuple(Heading(ctx.t(f"export.{word}")) for word in words), tuple(rows)
    )


def about_sheet(found: Exported, *, reader: str, at: datetime) -> Sheet:
    """Returns what the file is: page, filters, as-of, generation, who made it and when."""
    facts = _about_facts(found, reader, at)
    rows = tuple((found.ctx.t(f"export.{key}"), str(value)) for key, value in facts.items())
    return Sheet(found.ctx.t("export.about"), (Heading(""), Heading("")), rows)


def _about_facts(found: Exported, reader: str, at: datetime) -> dict[str, object]:
    ctx = found.ctx
    facts = {
        "town": ctx.pick(ctx.town.label),
        "page": ctx.t(found.page.title),
        "tile": found.title,
        "filters": found.address,
        "as_of": ctx.local(found.tile.as_of(found.answers, ctx)),
        "generation": ctx.generation,
        "reader": reader,
        "at": ctx.local(at).strftime("%Y-%m-%d %H:%M:%S"),
        "rows_cut": MOST_ROWS,
        "masked": ctx.t("export.masked_text"),
    }
    return facts | ({"synthetic": ctx.t("common.yes")} if ctx.town.file.is_synthetic else {})


def _layer(found: Exported) -> tuple[str, dict[str, dict[str, object]]] | None:
    """The areas of a tile's answers with their values, if it has any: numbers by area, or risk classes."""
    facts: dict[str, dict[str, object]] = {}
    risk = risk_of(found.answers)
    if risk is not None:
        for row in risk.to_dict("records"):
            own = facts.setdefault(row["grid_id"], {"name": found.ctx.name("area", row["grid_id"])})
            own[f"{row['domain_code']}_class"] = row["class_code"]
            own[f"{row['domain_code']}_is_thin"] = bool(is_known(row["is_hatched"]) and row["is_hatched"])
        return ("grid", facts) if facts else None
    for each in found.answers.values():
        if isinstance(each, Answer) and each.frame.columns[0] in found.ctx.town.levels:
            level = each.frame.columns[0]
            for row in each.frame.to_dict("records"):
                if is_known(row[level]):
                    own = facts.setdefault(row[level], {"name": found.ctx.name("area", row[level])})
                    own |= {f"{each.metric.id}{end}": bare(row.get(part)) for end, part in _PARTS.items()}
            return level, facts
    return None


_PARTS = {"": "value", "_n": "n", "_low": "low", "_high": "high", "_flag": "flag"}
