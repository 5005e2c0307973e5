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
from components.words import LANGUAGES, codes_of, word

# What the head of every screen needs of them.
TROUBLE = ("daily", "weekly", "monthly", "trouble", "again_at", "plan_fault")

# What stands on the paper is in the paper's language, whatever the screen's.
PAPER = ("as_of", "draft_long", "released_by", "generation", "definitions", "anchor", "tables")


def paper_words() -> str:
    """Returns the words that stand on the paper itself, in both languages, as JSON."""
    told = {lang: {key: word(f"briefing_screen.{key}", lang) for key in PAPER} for lang in LANGUAGES}
    return json.dumps(told, ensure_ascii=False)


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
    runs = {key: ctx.t(f"briefing_runs.{key}") for key in codes_of("briefing_runs")}
    return screen | note | runs | {key: ctx.t(f"briefing_plan.{key}") for key in codes_of("briefing_plan")}


@dataclass(frozen=True, kw_only=True)
class BriefingDesk(Tile):
    """Choosers, paper, notes, release, copies and archive of the briefing the address names."""

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns nothing: the desk asks by itself."""
        return {}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the frame."""
        marks = {"data-briefing": ctx.lang, "data-say": screen_words(ctx), "data-paper": paper_words()}
        if ctx.town.file.is_synthetic:
            told = {lang: word("shell.synthetic_note", lang) for lang in LANGUAGES}
            marks["data-synthetic"] = json.dumps(told, ensure_ascii=False)
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
