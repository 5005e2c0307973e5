"""The one typeface of everything that is printed (字体): Noto Sans SC, which the product ships; what it can show."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

FAMILY = "Noto Sans SC"


class TypefaceError(RuntimeError):
    """The typeface is not where the package that brings it should have put it; names the path."""


@cache
def typeface_path() -> Path:
    """Returns the font file (OFL licence, brought by the package zhplot).

    Raises:
        TypefaceError: the package or its file is missing.
    """
    found = find_spec("zhplot")
    if found is None or found.origin is None:
        raise TypefaceError("package zhplot is not installed: it brings NotoSansSC-Regular.ttf")
    path = Path(found.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
    if not path.is_file():
        raise TypefaceError(f"{path}: font file not found")
    return path


@cache
def shown_characters() -> frozenset[int]:
    """Returns the code points the typeface has a glyph for."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(typeface_path())).get_charmap())
