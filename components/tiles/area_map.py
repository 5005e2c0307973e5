"""A number by area on the map (分级地图): one neutral scale with its ranges in words; thin hatched, unknown grey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from dash import html

from components.context import Context
from components.grades import breaks_of, grade_of, ranges_of, spread
from components.map_frame import map_frame
from components.measure import flag_of, rows_by, tip_text
from components.numbers import count_text, is_known, number_text
from components.parts import shapes
from components.tiles.base import Tile
from data.catalogue import catalogue
from data.listing import Listing
from data.request import Request

LABELLED = 60  # more areas than this have no room for a number each


def inside_of(level: str, grids_of, ctx: Context) -> list[str] | None:
    """Returns the areas of a level that share a grid with the area chosen; None when none is chosen."""
    here = ctx.filters.area_id
    if not here or ctx.names.level(here) == ctx.town.levels[0]:
        return None
    mine = set(grids_of.loc[grids_of["area_id"] == here, "grid_id"])
    rows = grids_of[(grids_of["level_code"] == level) & grids_of["grid_id"].isin(mine)]
    return sorted(set(rows["area_id"]))


def ground_of(level: str, grids_of, ctx: Context) -> dict[str, object]:
    """Returns what every area of a map needs to know beside its colour."""
    ids = grids_of.loc[grids_of["level_code"] == level, "area_id"]
    return {
        "level": level,
        "inside": inside_of(level, grids_of, ctx),
        "selected": ctx.filters.area_id,
        "names": {each: ctx.name("area", each) for each in sorted(set(ids))},
        "portrait": "/grid/" if level == ctx.town.levels[-1] else "/area/",
        "theme": ctx.view.theme,
    }


@dataclass(frozen=True, kw_only=True)
class AreaMap(Tile):
    """A metric by area, for the whole town so that the legend stays; a click on an area filters, a double opens it.

    Attributes:
        metric: the metric shown.
        level: the level of areas; empty: the level below the area chosen.
    """

    metric: str
    level: str = ""

    props: ClassVar = (
        ("areas", "hideout"),
        ("areas", "url"),
        ("legend", "children"),
        ("borders", "url"),
        ("borders", "hideout"),
    )

    def heading(self, ctx: Context) -> str:
        """Returns the title, else the metric's name."""
        return super().heading(ctx) or ctx.pick(catalogue().metric(self.metric).label)

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the metric by area over the whole town, and which grids every area holds."""
        filters = replace(ctx.filters, area_id=None)
        level = self._level(ctx)
        return {"areas": Request(self.metric, by=(level,), filters=filters), "grids_of": Listing("grids_of")}

    def frame(self, uid: str) -> html.Div:
        """Returns map and legend; the map's ground is the town itself, there are no map tiles."""
        areas = shapes(f"{uid}-areas", style="gradeStyle", each="areaEach")
        borders = shapes(f"{uid}-borders", style="border", pane="shadowPane", interactive=False)
        return map_frame(uid, layers=[areas, borders])

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the areas' colours and texts, where the geometry lies, and the legend."""
        level = self._level(ctx)
        rows = rows_by(answers["areas"], level)
        rows.pop(None, None)
        known = {key: row for key, row in rows.items() if is_known(row["value"])}
        metric = catalogue().metric(self.metric)
        is_share = metric.unit.zh == "%"
        values = [float(row["value"]) for row in known.values()]
        breaks = breaks_of(values, ceiling=100.0 if is_share else None)
        colours = spread(len(breaks) + 1)
        grades = {key: colours[grade_of(float(row["value"]), breaks)] for key, row in known.items()}
        hideout = ground_of(level, answers["grids_of"], ctx) | {
            "grades": grades,
            "hatched": sorted(key for key, row in known.items() if flag_of(row)),
            "suppressed": sorted(key for key, row in rows.items() if flag_of(row) == "suppressed"),
            "facts": {key: tip_text(self.metric, row, ctx) for key, row in rows.items()},
            "labels": self._labels(known),
        }
        above = ctx.town.file.hierarchies[0].levels[-2]
        words = ranges_of(
            breaks, metric.format, is_whole=metric.kind == "count" and all(map(float.is_integer, values))
        )
        legend = self._legend(hideout, words or sorted(set(hideout["labels"].values()))[:1], ctx=ctx)
        return hideout, f"/geo/{level}.json", legend, f"/geo/{above}.json", {"theme": ctx.view.theme}

    def _level(self, ctx: Context) -> str:
        return self.level if self.level not in ("", "area") else ctx.next_level()

    def _labels(self, known: Mapping[str, Mapping]) -> dict[str, str]:
        if len(known) > LABELLED:
            return {}
        form = catalogue().metric(self.metric).format
        return {key: number_text(row["value"], form) for key, row in known.items()}

    def _legend(self, hideout: dict, words: list[str], *, ctx: Context) -> list:
        """The most first, each range with its number of areas; thin and unknown areas are counted too."""
        metric = catalogue().metric(self.metric)
        grades = list(hideout["grades"].values())
        lines = [
            legend_item(html.I(className=f"swatch grade-{colour}"), text, count=grades.count(colour))
            for colour, text in zip(spread(len(words)), words, strict=True)
        ]
        few = len(hideout["suppressed"])
        others = (
            ("thin", "small_sample", len(hideout["hatched"])),
            ("hatched", "suppressed", few),
            ("hatched", "no_data", len(hideout["names"]) - len(grades) - few),
        )
        for look, flag, count in others:
            if count > 0:
                lines.insert(
                    0, legend_item(html.I(className=f"swatch {look}"), ctx.t(f"flag.{flag}"), count=count)
                )
        level = next(each for each in ctx.town.file.levels if each.id == hideout["level"])
        unit = ctx.pick(metric.unit)
        note = ctx.t("tiles.by_level", level=ctx.pick(level.label)) + (f" · {unit}" if unit else "")
        return [*reversed(lines), html.Span(note, className="legend-note")]


def legend_item(sign, text: str, *, count: int, **marks: str) -> html.Span:
    """Returns one line of a map's legend: sign, words, how many."""
    number = html.B(count_text(count), className="digits")
    return html.Span([sign, html.Span(text), number], className="legend-item", **marks)
