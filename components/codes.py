"""How codes look (代码外观): a code keeps its colour and letter on every page; colours of codes never stand alone."""

from __future__ import annotations

from dash import html

from components.context import NAMED, Context, stem
from components.numbers import is_known
from components.words import codes_of

# Columns whose codes are colours themselves, and the letters that go with them.
COLOURED = ("colour_code", "class_code", "previous_class_code", "previous_colour_code")
LETTERS = {
    "red": "红",
    "orange": "橙",
    "yellow": "黄",
    "blue": "蓝",
    "green": "绿",
    "grey": "灰",
    "none": "—",
}
LETTERS_EN = {"red": "R", "orange": "O", "yellow": "Y", "blue": "B", "green": "G", "grey": "—", "none": "—"}
# Codes that say that something is not known.
UNTOLD = frozenset({"unknown", "_unknown"})
INKS = ("#0B1220", "#FFFFFF")


def is_coloured(column: str) -> bool:
    """Whether a column's codes are colours: the five risk classes and the safety code."""
    return column in COLOURED


def order_of(column: str, ctx: Context) -> tuple[str, ...]:
    """Returns the known values of a column in their lasting order: the town's for things, the file's for codes."""
    kind = NAMED.get(column) or ("area" if column in ctx.town.levels else stem(column))
    return ctx.names.keys(kind) or codes_of(kind)


def in_order(column: str, keys, ctx: Context) -> list:
    """Returns values in the column's lasting order; those it does not know follow by name, unknown last."""
    known = {key: place for place, key in enumerate(order_of(column, ctx))}
    return sorted(keys, key=lambda key: (not is_known(key), known.get(str(key), len(known)), str(key)))


def colour_of(column: str, value: object, ctx: Context) -> str:
    """Returns the colour of a value: a colour code's own, else its place in the series; unknown is grey."""
    theme = ctx.theme
    if is_coloured(column):
        return theme.risk(str(value) if is_known(value) else None)
    if not is_known(value) or value in UNTOLD:
        return theme.risk(None)
    order = order_of(column, ctx)
    place = order.index(str(value)) if str(value) in order else _place(str(value))
    return theme.series[place % len(theme.series)]


def colours_of(column: str, values, ctx: Context) -> dict[object, str]:
    """Returns the colours of values shown together: each its own, the next free one where two would share it."""
    found: dict[object, str] = {}
    for value in values:
        colour = colour_of(column, value, ctx)
        if colour in found.values() and not is_coloured(column) and is_known(value):
            colour = next((each for each in ctx.theme.series if each not in found.values()), colour)
        found[value] = colour
    return found


def ink_on(colour: str) -> str:
    """Returns the ink that can be read on a colour: dark on light ones, white on dark ones."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return INKS[0.2126 * red + 0.7152 * green + 0.0722 * blue < 105]


def painted(colour: str) -> dict[str, str]:
    """Returns the style of a sign in a colour, with the ink that can be read on it."""
    return {"background": colour, "color": ink_on(colour)}


def letter_of(column: str, value: object, ctx: Context) -> str:
    """Returns the sign that stands beside a colour: the colour's letter, else the first of the value's name."""
    if not is_known(value):
        return "—"
    if is_coloured(column):
        return (LETTERS if ctx.lang == "zh" else LETTERS_EN).get(str(value), "—")
    return ctx.label(column, value)[:1]


def with_sign(column: str, value: object, text: str, *, ctx: Context) -> str | list:
    """Returns a cell's text, behind a sign in its colour where the column's codes are colours."""
    if not is_coloured(column) or not is_known(value):
        return text
    return [html.I(className="swatch", style={"background": colour_of(column, value, ctx)}), text]


def _place(value: str) -> int:
    """A place of its own for a value nobody listed, the same on every page and in every process."""
    return sum(value.encode())
