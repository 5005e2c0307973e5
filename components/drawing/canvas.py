"""What every printed picture is drawn on (画布): matplotlib without a screen, the product's typeface, the same bytes twice."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from components.drawing.typeface import FAMILY, shown_characters, typeface_path
from components.theme import DARK, LIGHT, Theme

FORMS = ("svg", "png", "pdf")
MM_PER_INCH = 25.4
DOTS_PER_INCH = 220
_ONE_AT_A_TIME = threading.RLock()  # matplotlib's settings are one set for the whole process


class DrawingError(ValueError):
    """A picture that cannot be drawn; names what was asked."""


@dataclass(frozen=True)
class Ink:
    """Colours of one way of showing: on paper (white ground) or on a screen (the dark panel)."""

    theme: Theme
    ground: str
    is_paper: bool = True

    def of(self, key: str, index: int = 0) -> str:
        """Returns the colour of a colour key; the series colour at `index` when there is none."""
        if key in ("accent", "quiet"):
            return getattr(self.theme, key)
        return self.theme.risk(key) if key else self.theme.series[index % len(self.theme.series)]


def ink_of(theme: str) -> Ink:
    """Returns the colours of `print` or `screen`.

    Raises:
        DrawingError: no such way of showing.
    """
    if theme == "print":
        return Ink(LIGHT, "#FFFFFF")
    if theme == "screen":
        return Ink(DARK, DARK.panel, is_paper=False)
    raise DrawingError(f"theme {theme!r}: `print` or `screen`")


# Who shows the drawing may have another typeface of the kind; the first is the one it was measured with.
_FAMILIES = f"'{FAMILY}', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif".encode()


@contextmanager
def drawing() -> Iterator[None]:
    """Holds matplotlib's settings while a picture is drawn and saved."""
    with _ONE_AT_A_TIME:
        _add_typeface()
        with matplotlib.rc_context(_SETTINGS):
            yield


_SETTINGS = {
    "font.family": [FAMILY],
    "font.size": 8.5,
    "axes.unicode_minus": True,
    "axes.linewidth": 0.6,
    "hatch.linewidth": 0.7,
    "svg.hashsalt": "cockpit",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "text.usetex": False,
    "text.parse_math": False,
    "path.simplify": True,
}


@cache
def _add_typeface() -> None:
    font_manager.fontManager.addfont(str(typeface_path()))


def new_figure(size_mm: tuple[float, float], *, ink: Ink) -> Figure:
    """Returns an empty figure of that size."""
    width, height = size_mm
    if not (20 <= width <= 1200 and 15 <= height <= 1200):
        raise DrawingError(f"size {width} x {height} mm: between 20 x 15 and 1200 x 1200")
    figure = Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH), facecolor=ink.ground, layout=None)
    FigureCanvasAgg(figure)
    return figure


def saved(figure: Figure, *, form: str) -> bytes:
    """Returns the figure's bytes; no date, no name of a program in them.

    Raises:
        DrawingError: no such form.
    """
    if form not in FORMS:
        raise DrawingError(f"form {form!r}: one of {', '.join(FORMS)}")
    empty = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
        "png": {"Software": None},
    }
    held = io.BytesIO()
    figure.savefig(
        held, format=form, dpi=DOTS_PER_INCH, metadata=empty[form], facecolor=figure.get_facecolor()
    )
    drawn = held.getvalue()
    return drawn.replace(f"'{FAMILY}'".encode(), _FAMILIES) if form == "svg" else drawn


def wrapped(text: str, *, width: float) -> str:
    """Returns the text in lines of about `width` latin letters; a Chinese character counts two."""
    lines, room = [""], width
    for word in pieces(text):
        size = measured(word)
        if size > room and lines[-1]:
            lines.append("")
            room = width
        lines[-1] += word if lines[-1] else word.lstrip()
        room -= size
    return "\n".join(line.rstrip() for line in lines)


def pieces(text: str) -> Iterator[str]:
    """Yields what a line may end after: Chinese characters, blanks, words; very long words in slices."""
    word = ""
    for char in text:
        if ord(char) > 0x2E7F or char == " " or len(word) >= 24:
            if word:
                yield word
            word = char if char == " " else ""
            if char != " ":
                yield char
        else:
            word += char
    if word:
        yield word


def measured(text: str) -> float:
    """Returns about how wide the text is, in latin letters."""
    return sum(2.0 if ord(char) > 0x2E7F else 1.0 for char in text)


def drawable(text: str) -> str:
    """Returns the text with the typeface's own sign for what it has no glyph for; on one line."""
    has = shown_characters()
    return "".join(char if ord(char) in has else "〓" for char in " ".join(text.split()))


def language_of(*texts: str) -> str:
    """Returns `zh` when the words hold Chinese characters, else `en`: a picture's few own words follow its others."""
    return "zh" if any("\u4e00" <= char <= "\u9fff" for text in texts for char in text) else "en"
