"""The administrator's desks (系统管理): empty frames with their words; assets/admin.js asks the server and draws them.

Accounts, trail and register change without a new generation, so they never go through the board's shared answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from dash import html

from access.policy import ROLES
from components.context import Context
from components.tiles.base import Tile
from components.words import codes_of

# Desk -> the permission its route asks for.
DESKS = {"accounts": "operate", "trail": "audit", "exports": "audit"}
# What the words of the desks are called in the browser, beside those of `admin`.
CODED = ("role", "audited")


@dataclass(frozen=True, kw_only=True)
class AdminDesk(Tile):
    """One desk: `accounts`, `trail` or `exports`; nothing for whom it is not."""

    desk: str
    is_exported = False

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns nothing: the browser asks by itself."""
        return {}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the frame."""
        if not ctx.may(DESKS[self.desk]):
            return (html.P(ctx.t("admin.not_yours"), className="empty"),)
        words = {key: ctx.t(f"admin.{key}") for key in codes_of("admin")}
        for section in CODED:
            words |= {f"{section}_{code}": ctx.t(f"{section}.{code}") for code in codes_of(section)}
        marks = {"data-admin": self.desk, "data-say": json.dumps(words, ensure_ascii=False)}
        marks["data-roles"] = " ".join(ROLES)
        return (html.Div(className="admin", **marks),)
