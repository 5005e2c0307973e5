"""Sub-views of a page (分视图): one per value of a dimension, each with its count; the first is all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from dash import html

from components.codes import colour_of, in_order, is_coloured, letter_of, painted
from components.context import Context
from components.measure import flag_text, only_row, rows_by
from components.numbers import count_text, is_known
from components.tiles.base import Tile
from components.ways import chosen, parameter_of, said
from data.request import URL_KEYS, Request


@dataclass(frozen=True, kw_only=True)
class Tabs(Tile):
    """A row of choices above the tiles it filters; its own choice does not change its counts.

    Attributes:
        metric: the count each sub-view shows.
        by: the dimension picked; `pick=` in the address, or the dimension's own parameter.
        values: the values offered, in this order; empty: those there are, in their lasting order.
    """

    is_exported: ClassVar[bool] = False

    metric: str
    by: str
    values: tuple[str, ...] = ()

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the count by value and of all, whatever is chosen here."""
        filters = replace(
            ctx.filters, picked=tuple(each for each in ctx.filters.picked if each[0] != self.by)
        )
        column = URL_KEYS.get(parameter_of(self.by, ctx))
        if column:
            filters = replace(filters, **{column: None})
        return {
            "tabs": Request(self.metric, by=(self.by,), filters=filters),
            "all": Request(self.metric, filters=filters),
        }

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the choices."""
        rows = rows_by(answers["tabs"], self.by)
        keys = self.values or in_order(self.by, [key for key in rows if key is not None], ctx)
        now = chosen(self.by, ctx)
        clear = "" if now is None else said(self.by, now, ctx)
        every = only_row(answers["all"])
        links = [_tab([ctx.t("tiles.all_sides")], every, is_on=now is None, set_=clear, ctx=ctx)]
        for key in keys:
            row = rows.get(key, {"value": 0, "flag": None})
            words = [ctx.label(self.by, key)]
            if is_coloured(self.by):
                letter, colour = letter_of(self.by, key, ctx), colour_of(self.by, key, ctx)
                words.insert(0, html.I(letter, className="swatch", style=painted(colour)))
            set_ = "" if now == key else said(self.by, key, ctx)
            links.append(_tab(words, row, is_on=now == key, set_=set_, ctx=ctx))
        return (html.Nav(links, className="choices tabs"),)


def _tab(words: list, row: Mapping, *, is_on: bool, set_: str, ctx: Context):
    """The one that is on does nothing when it is pressed again: its way out is `all`."""
    text = count_text(row["value"]) if is_known(row["value"]) else flag_text(row, ctx) or "—"
    marks = {"data-set": set_} if set_ and not is_on else {}
    return html.A(
        [*words, html.B(text, className="digits")],
        href="#",
        className="choice" + (" is-on" if is_on else ""),
        **marks,
    )
