"""How wide the columns of a printed table are (列宽): by what stands in them, so that numbers never wrap."""

from __future__ import annotations

from components.briefing.document import Table
from components.drawing.canvas import measured, pieces

NUMBERS = frozenset({"number", "pct", "minutes", "yuan"})
SHORT = NUMBERS | {"instant", "date"}
LONGEST_WORDS = 34.0
NARROWEST = 5.0
SHORT_HEAD = 10.0  # shorter headings stay on one line
PADDING = 2.2
LONGEST_WORD = 20.0
LETTER = 0.53  # of the size: a latin letter's width


def column_widths(table: Table) -> list[float]:
    """Returns what each column needs, in latin letters.

    A column of numbers or instants is as wide as its longest cell; its heading may stand in three lines. A column of
    words gets the width of most of its cells, up to a bearable line.
    """
    return [_width(table, place) for place in range(len(table.columns))]


def _width(table: Table, place: int) -> float:
    column = table.columns[place]
    cells = sorted(measured(row[place].text) for row in table.rows if place < len(row)) or [0.0]
    head = measured(column.name)
    if column.kind in SHORT:
        longest_word = max(map(measured, pieces(column.name)), default=0.0)
        return max(
            NARROWEST, min(cells[-1] + 1.5, LONGEST_WORDS), head / 3 + 1, min(longest_word + 1, LONGEST_WORD)
        )
    most = cells[int(0.95 * (len(cells) - 1))]
    longest_word = max(
        (measured(each) for row in table.rows if place < len(row) for each in pieces(row[place].text)),
        default=0.0,
    )
    return max(
        NARROWEST,
        min(longest_word + 1, LONGEST_WORD),
        min(most + 1.0, LONGEST_WORDS),
        min(head, max(SHORT_HEAD, head / 2)) + 0.5,
    )


def shares(table: Table, *, room: float = 0.0) -> list[float]:
    """Returns the widths as shares of one.

    Args:
        table: what is printed.
        room: latin letters a line holds; where the columns need more, columns of words give way first, so that neither
            numbers nor case numbers are broken. 0: all columns alike.
    """
    widths = [width + PADDING for width in column_widths(table)]
    excess = sum(widths) - room
    if room and excess > 0:
        spare = [max(0.0, width - least) for width, least in zip(widths, _least(table), strict=True)]
        part = min(1.0, excess / (sum(spare) or excess))
        widths = [width - part * each for width, each in zip(widths, spare, strict=True)]
    whole = sum(widths) or 1.0
    return [round(width / whole, 4) for width in widths]


def room_of(size: float, *, width_mm: float) -> float:
    """Returns how many latin letters of a size stand in a line."""
    return width_mm / 25.4 * 72 / (size * LETTER)


def _least(table: Table) -> list[float]:
    """Returns what each column cannot do without: all of a number, the longest word of words."""
    needed = column_widths(table)
    found = []
    for place, column in enumerate(table.columns):
        words = [each for row in table.rows if place < len(row) for each in pieces(row[place].text)]
        longest = max((measured(each) for each in words), default=0.0)
        least = needed[place] if column.kind in SHORT else max(NARROWEST, min(longest + 1, LONGEST_WORD))
        found.append(least + PADDING)
    return found


def is_right(kind: str) -> bool:
    """Whether cells of that kind stand to the right: numbers, so that places line up."""
    return kind in NUMBERS


def font_size(table: Table, *, width_mm: float, largest: float, smallest: float = 8.0) -> float:
    """Returns the size in points at which a line of the table holds what its columns need."""
    letters = sum(column_widths(table)) + PADDING * len(table.columns)
    fits = room_of(1.0, width_mm=width_mm) / letters
    return round(max(smallest, min(largest, fits)) * 2) / 2
