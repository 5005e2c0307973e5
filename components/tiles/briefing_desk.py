"""The briefing's desk (简报台): an empty frame with its words; assets/briefing_desk.js asks the server and draws the paper.

What is archived, noted and released changes without a new generation, so it never goes through the board's answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from components.context import Context
from components.tiles.base import Tile
from components.words import codes_of

# What the head of every screen needs of them.
TROUBLE = ("daily", "weekly", "monthly", "trouble", "again_at", "plan_fault")


def screen_words(ctx: Context) -> str:
    """Returns every word of the briefing's screens as JSON, for the browser."""
    return json.dumps(_words(ctx), ensure_ascii=False)


def trouble_words(ctx: Context) -> str:
    """Returns the words with which every screen says that a run failed, as JSON."""
    words = _words(ctx)
    return json.dumps({key: words[key] for key in TROUBLE}, ensure_ascii=False)


def _words(ctx: Context) -> dict[str, str]:
    screen = {key: ctx.t(f"briefing_screen.{key}") for key in codes_of("briefing_screen")}
    note = {key: ctx.t(f"briefing_note.{key}") for key in codes_of("briefing_note")}
    return screen | note | {key: ctx.t(f"briefing_runs.{key}") for key in codes_of("briefing_runs")}


@dataclass(frozen=True, kw_only=True)
class BriefingDesk(Tile):
    """Choosers, paper, notes, release, copies and archive of the briefing the address names."""

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns nothing: the desk asks by itself."""
        return {}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the frame."""
        marks = {"data-briefing": ctx.lang, "data-say": screen_words(ctx)}
        if ctx.town.file.is_synthetic:
            marks["data-synthetic"] = ctx.t("shell.synthetic_note")
        return (html.Div(className="briefing", **marks),)


@dataclass(frozen=True, kw_only=True)
class BriefingRuns(Tile):
    """The plan, how its runs went, what was handed over to whom; only where the visitor may see feeds."""

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns nothing: the browser asks by itself."""
        return {}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the frame."""
        if not ctx.may("feeds"):
            return (None,)
        return (
            html.Div(className="briefing-runs", **{"data-runs": ctx.lang, "data-say": screen_words(ctx)}),
        )
