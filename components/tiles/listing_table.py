"""A listing as a table (清单表): cells are written by the column's suffix, so a new table needs no code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.codes import with_sign
from components.context import Context
from components.numbers import UNKNOWN, count_text, duration_text, instant_full, is_known, number_text
from components.panel import instant_text
from components.tiles.base import Tile
from components.ways import pick_marks
from components.words import read_words
from data.dictionary import columns
from data.freshness import feed_allowance_s
from data.listing import Listing, listings

CODE_AND_COLUMN = re.compile(r"\b([a-z0-9_]+):([a-z0-9_]+)\b")
# Suffixes of plain measures, written with thousands and at most one decimal.
MEASURES = frozenset("yuan m m2 km km2 days hours ratio score".split())
OVERALL = "overall"


@dataclass(frozen=True, kw_only=True)
class ListingTable(Tile):
    """The first rows of a listing; the browser judges the age of `age_of` against the feed's contract.

    A cell of a column that the listing lets be picked is a button.
    """

    listing: str
    columns: tuple[str, ...]
    limit: int | None = None
    age_of: str = ""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the listing."""
        return {"rows": Listing(self.listing, filters=ctx.filters, limit=self.limit)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table."""
        rows = answers["rows"]
        if rows.empty:
            why = rows.attrs.get("unknown_code")
            return (html.P(ctx.t(f"flag.{why}" if why else "common.nothing"), className="empty"),)
        names = [*self.columns, *(["age"] if self.age_of else [])]
        head = html.Thead(html.Tr([html.Th(ctx.column(name), className=align(name)) for name in names]))
        body = html.Tbody([html.Tr(self._cells(row, ctx)) for _, row in rows.iterrows()])
        return (html.Div(html.Table([head, body], className="table"), className="scroll"),)

    def _cells(self, row, ctx: Context) -> list:
        picks = listings()[self.listing].picks
        cells = [
            html.Td(
                with_sign(name, row[name], written(name, row[name], ctx), ctx=ctx),
                className=align(name),
                **_told(name, row),
                **(pick_marks(name, row[name], ctx) if name in picks else {}),
            )
            for name in self.columns
        ]
        if self.age_of:
            marks = {"data-asof": instant_text(row[self.age_of]), "data-lag": str(feed_allowance_s(row))}
            cells.append(html.Td(html.Span(className="age", **marks)))
        return cells


def _told(name: str, row) -> dict[str, str]:
    """Returns the tooltip of a reason: the loader's own words, which are for who repairs the file, not for the screen."""
    detail = row.get("reason_text")
    return {"title": str(detail)} if name == "reason_code" and is_known(detail) else {}


def written(name: str, value: object, ctx: Context) -> str:
    """Returns a value in words, by its column's name and suffix."""
    if not is_known(value):
        return UNKNOWN
    if value == OVERALL and name == "domain_code":
        return ctx.t("map.overall")
    if name == "reason_text":
        return CODE_AND_COLUMN.sub(lambda found: _reason(*found.groups(), ctx=ctx), str(value))
    return _measured(name, value, ctx)


def _measured(name: str, value: object, ctx: Context) -> str:
    """Returns instants, durations, counts and shares by their suffix, other values as they are."""
    suffix = name.rpartition("_")[2]
    if suffix == "at":
        return instant_full(value, ctx)
    if suffix == "date":
        return f"{value:%Y-%m-%d}"
    if suffix == "minutes":
        return duration_text(value, ctx)
    if suffix == "count":  # an expected count has decimals
        return count_text(value) if float(value).is_integer() else number_text(value, "{:,.1f}")
    if suffix == "pct":
        return number_text(value, "{:.2f}%")
    if suffix in MEASURES:
        return number_text(value, "{:,.0f}" if float(value) == int(value) else "{:,.1f}")
    return ctx.label(name, value)


def _reason(code: str, name: str, *, ctx: Context) -> str:
    """Returns `bad_time:reported_at` in words."""
    known = columns().get(name)
    about = name if known is None else ctx.pick(known)
    return f"{about}: {ctx.t(f'reason.{code}')}" if f"reason.{code}" in read_words() else f"{code}:{name}"


def align(name: str) -> str:
    """Returns the class that puts a column of numbers to the right, by its suffix."""
    return "right" if name.rpartition("_")[2] in ("count", "minutes", "pct", "ms", *MEASURES) else ""
