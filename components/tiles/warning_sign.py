"""A sign of open warnings (预警提示): how many stand and the most striking one, in one line of the wall."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dash import html

from components.context import Context
from components.door import Ask
from components.tiles.base import Tile

WORDS = ("sign_none", "sign_unknown", "sign_count")


@dataclass(frozen=True, kw_only=True)
class WarningSign(Tile):
    """Asks for nothing with the board: the browser asks the server, which knows what was set aside (assets/warning.js).

    Until it has answered, and when it does not, the sign is unknown.
    """

    is_exported: ClassVar = False

    def requests(self, ctx: Context) -> Mapping[str, Ask]:
        """Returns nothing."""
        return {}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the line, unknown as yet; nothing for whom the server tells no warnings (/warnings/dismissed)."""
        if not ctx.may("modules"):
            return (None,)
        words = json.dumps({name: ctx.t(f"warning.{name}") for name in WORDS}, ensure_ascii=False)
        told = {"data-signs": words, "data-lang": ctx.lang}
        line = [
            html.B(ctx.t("warning.sign"), className="latest-title"),
            html.B("—", className="digits warn-count"),
            html.Span(ctx.t("warning.sign_unknown"), className="warn-worst"),
        ]
        return (html.A(line, href=ctx.link("/warnings"), className="warn-sign is-unknown", **told),)
