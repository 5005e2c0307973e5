"""A map's legend in words (图例): class, what it means, how many areas; beside the map, or below it on a narrow page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from components.drawing.canvas import MM_PER_INCH, Ink, drawable, language_of, measured
from components.drawing.chart_frame import NORMAL, SMALL
from components.drawing.spec import AreaPicture
from components.theme import RISK_LETTERS, RISK_LETTERS_EN
from components.words import word

LETTER_INK = "#0B1220"
THIN = "////"
NARROW_MM = 120.0
ROW_MM, SWATCH_MM, TEXT_MM, LETTER_MM = 6.2, 4.6, 6.2, 1.42


@dataclass(frozen=True)
class Entry:
    """One line: a class code (or `thin`), its letter, its words with the count."""

    code: str
    letter: str
    words: str


def letters_of(picture: AreaPicture) -> dict[str, str]:
    """Returns the letter of each class in the picture's language."""
    return RISK_LETTERS if _language(picture) == "zh" else RISK_LETTERS_EN


def _language(picture: AreaPicture) -> str:
    return language_of(picture.title, picture.alt, *(words for _, words in picture.legend))


def entries_of(picture: AreaPicture, area_ids: Iterable[str]) -> tuple[Entry, ...]:
    """Returns the legend's lines; the last tells what hatching means, where there is any."""
    classes = {mark.area_id: mark.class_code for mark in picture.marks}
    counts = Counter(classes.get(area_id, "none") for area_id in area_ids)
    letters = letters_of(picture)
    found = [
        Entry(code, "" if code == "none" else letters.get(code, ""), f"{drawable(words)}  {counts[code]}")
        for code, words in picture.legend
    ]
    thin = sum(mark.is_hatched and mark.class_code != "none" for mark in picture.marks)
    if thin:
        found.append(Entry("thin", "", f"{word('map.thin', _language(picture))}  {thin}"))
    return tuple(found)


def legend_room(entries: tuple[Entry, ...], *, width_mm: float) -> tuple[float, float]:
    """Returns how many millimetres the legend takes to the right of the map, and below it; one of them is 0."""
    if not entries:
        return 0.0, 0.0
    if width_mm >= NARROW_MM:
        return min(width_mm * 0.4, _column_mm(entries)), 0.0
    columns = _columns(entries, width_mm)
    return 0.0, 3.0 + ROW_MM * -(-len(entries) // columns)


def _column_mm(entries: tuple[Entry, ...]) -> float:
    return 3.0 + TEXT_MM + max(measured(entry.words) for entry in entries) * LETTER_MM + 2.0


def _columns(entries: tuple[Entry, ...], width_mm: float) -> int:
    return max(1, int((width_mm - 2) / _column_mm(entries)))


def write_legend(figure: Figure, entries: tuple[Entry, ...], *, ink: Ink, at_mm: tuple[float, float]) -> None:
    """Writes the lines from a point (from the left, above the foot): in one column, or in rows on a narrow page."""
    width = figure.get_figwidth() * MM_PER_INCH
    if not entries:
        return
    beside, _ = legend_room(entries, width_mm=width)
    columns = 1 if beside else _columns(entries, width)
    left, top = at_mm
    step = _column_mm(entries)
    for place, entry in enumerate(entries):
        row, column = divmod(place, columns)
        _write_entry(figure, entry, at=(left + column * step, top - row * ROW_MM - SWATCH_MM), ink=ink)


def _write_entry(figure: Figure, entry: Entry, *, at: tuple[float, float], ink: Ink) -> None:
    width, height = (each * MM_PER_INCH for each in figure.get_size_inches())
    left, low = at
    is_thin = entry.code == "thin"
    colour = ink.theme.raised if is_thin else ink.theme.risk(entry.code)
    look = {"hatch": THIN, "edgecolor": ink.theme.quiet} if is_thin else {"edgecolor": "none"}
    place = (left / width, low / height)
    size = (SWATCH_MM / width, SWATCH_MM / height)
    figure.add_artist(Rectangle(place, *size, facecolor=colour, transform=figure.transFigure, **look))
    middle = (low + SWATCH_MM / 2) / height
    if entry.letter:
        halo = {
            "boxstyle": "circle,pad=0.1",
            "facecolor": letter_ground(entry.code, ink),
            "edgecolor": "none",
        }
        letter = {"fontsize": SMALL - 0.5, "color": LETTER_INK, "ha": "center", "va": "center", "bbox": halo}
        figure.text((left + SWATCH_MM / 2) / width, middle, entry.letter, **letter)
    words = {"va": "center", "fontsize": NORMAL - 0.5, "color": ink.theme.text}
    figure.text((left + TEXT_MM) / width, middle, entry.words, **words)


def letter_ground(class_code: str, ink: Ink) -> str:
    """Returns what a letter stands on: white on paper, so that it is read in a black and white copy, too."""
    return ink.ground if ink.is_paper else ink.theme.risk(class_code)
