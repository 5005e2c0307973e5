"""The SQL console (SQL 控制台): the place and the words; assets/query*.js draw it and talk to /query/..."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dash import html

from components.context import Context
from components.question_examples import EXAMPLES
from components.tiles.base import Tile
from components.words import codes_of


@dataclass(frozen=True, kw_only=True)
class QueryConsole(Tile):
    """Asks for nothing itself: a statement's answer is not the page's."""

    is_exported: ClassVar[bool] = False

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns nothing."""
        return {}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the empty desk with its words, its examples and the town's levels of areas."""
        words = {f"console.{each}": ctx.t(f"console.{each}") for each in codes_of("console")}
        words |= {
            f"console_error.{each}": ctx.t(f"console_error.{each}") for each in codes_of("console_error")
        }
        words |= {f"console_type.{each}": ctx.t(f"console_type.{each}") for each in codes_of("console_type")}
        examples = [
            {"title": ctx.t(f"console_example.{key}"), **example} for key, example in EXAMPLES.items()
        ]
        told = {
            "data-desk": "",
            "data-lang": ctx.lang,
            "data-says": json.dumps(words, ensure_ascii=False),  # `data-words` is the header's
            "data-examples": json.dumps(examples, ensure_ascii=False),
            "data-levels": json.dumps(list(ctx.town.levels[::-1])),
        }
        return (html.Div(className="desk", **told),)
