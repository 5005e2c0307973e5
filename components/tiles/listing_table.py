"""A listing as a table (清单表): cells are written by the column's suffix, so a new table needs no code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from dash import html

from components.context import NAMED, Context
from components.numbers import UNKNOWN, count_text, duration_text, instant_full, is_known, number_text
from components.panel import instant_text
from components.tiles.base import Tile
from components.words import read_words
from data.dictionary import read_columns
from data.freshness import feed_allowance_s
from data.listing import Listing

CODE_AND_COLUMN = re.compile(r"\b([a-z0-9_]+):([a-z0-9_]+)\b")
CODED = {
    "status_code": "status",
    "reason_code": "reason",
    "share_class": "share",
    "class_code": "risk_class",
    "previous_class_code": "risk_class",
}
OVERALL = "overall"


@dataclass(frozen=True, kw_only=True)
class ListingTable(Tile):
    """The first rows of a listing; the browser judges the age of `age_of` against the feed's contract."""

    listing: str
    columns: tuple[str, ...]
    limit: int | None = None
    age_of: str = ""

    def requests(self, ctx: Context) -> Mapping[str, Listing]:
        """Returns the listing."""
        return {"rows": Listing(self.listing, limit=self.limit)}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the table."""
        rows = answers["rows"]
        if rows.empty:
            return (html.P(ctx.t("common.nothing"), className="empty"),)
        names = [*self.columns, *(["age"] if self.age_of else [])]
        head = html.Thead(
            html.Tr([html.Th(ctx.t(f"column.{name}"), className=_align(name)) for name in names])
        )
        body = html.Tbody([html.Tr(self._cells(row, ctx)) for _, row in rows.iterrows()])
        return (html.Div(html.Table([head, body], className="table"), className="scroll"),)

    def _cells(self, row, ctx: Context) -> list:
        cells = [html.Td(written(name, row[name], ctx), className=_align(name)) for name in self.columns]
        if self.age_of:
            marks = {"data-asof": instant_text(row[self.age_of]), "data-lag": str(feed_allowance_s(row))}
            cells.append(html.Td(html.Span(className="age", **marks)))
        return cells


def written(name: str, value: object, ctx: Context) -> str:
    """Returns a value in words, by its column's name and suffix."""
    if not is_known(value):
        return UNKNOWN
    if value == OVERALL and name == "domain_code":
        return ctx.t("map.overall")
    if name in NAMED:
        return ctx.name(NAMED[name], value)
    if name in CODED:
        return ctx.maybe(f"{CODED[name]}.{value}", str(value))
    if name == "reason_text":
        return CODE_AND_COLUMN.sub(lambda found: _reason(*found.groups(), ctx=ctx), str(value))
    if name.startswith(("is_", "has_")):
        return ctx.t("common.yes" if value else "common.no")
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
    if suffix == "count":
        return count_text(value)
    return number_text(value, "{:.2f}%") if suffix == "pct" else str(value)


@cache
def _columns():
    return read_columns()


def _reason(code: str, name: str, *, ctx: Context) -> str:
    """Returns `bad_time:reported_at` in words."""
    known = _columns().get(name)
    about = name if known is None else ctx.pick(known)
    return f"{about}: {ctx.t(f'reason.{code}')}" if f"reason.{code}" in read_words() else f"{code}:{name}"


def _align(name: str) -> str:
    return "right" if name.rpartition("_")[2] in ("count", "minutes", "pct", "ms") else ""
