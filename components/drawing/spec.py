"""What a printed picture shows (图样): charts and maps as plain data, before anything draws them."""

from __future__ import annotations

from dataclasses import dataclass

Number = float | None


@dataclass(frozen=True)
class Series:
    """One row of values over the chart's categories; None = unknown: a gap, never a zero.

    Attributes:
        name: what the legend calls it, in the language of the picture.
        values: one per category.
        low: lower ends of 95 % intervals, one per category, or empty.
        high: upper ends, likewise.
        colour_key: `accent`, `quiet`, a risk class (`red` .. `green`) or empty: the next series colour.
    """

    name: str
    values: tuple[Number, ...]
    low: tuple[Number, ...] = ()
    high: tuple[Number, ...] = ()
    colour_key: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart of few kinds: `bars` (lying), `columns`, `lines`, `stacked` (columns), `band` (a line in its interval).

    Attributes:
        title: what is asked, not what is drawn.
        unit: of the values; empty for counts.
        source: as-of instant, feeds and generation in words: printed below.
        target: a limit or aim to draw as a thin line, or None.
        alt: the same in one sentence for readers who cannot see it.
    """

    kind: str
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    source: str = ""
    target: Number = None
    alt: str = ""


@dataclass(frozen=True, kw_only=True)
class AreaMark:
    """One area of a map: its class (`red` orange yellow blue green none), whether evidence is thin, what it is called."""

    area_id: str
    class_code: str
    is_hatched: bool = False
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class AreaPicture:
    """A five-colour map.

    Attributes:
        level: whose shapes (published/geo/<level>.json) are drawn.
        marks: one per area; an area without one is grey: unknown.
        legend: class code -> its words.
        is_partial: only the marked areas are told of; the others are mere ground, not unknown, and the picture is drawn near.
    """

    title: str
    level: str
    marks: tuple[AreaMark, ...]
    legend: tuple[tuple[str, str], ...]
    source: str = ""
    alt: str = ""
    is_partial: bool = False
