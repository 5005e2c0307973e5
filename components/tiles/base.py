"""What every tile is (磁贴): what it asks for, its component, which properties change, how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import pandas as pd
from dash import html
from dash.development.base_component import Component

from components.context import Context
from components.door import Ask
from data.query import Answer


def _ages(answers: Mapping[str, object], ctx: Context) -> list[tuple[datetime, int]]:
    """Returns the instant each answer holds for and how old it may get; of frames those that say it."""
    found = []
    for each in answers.values():
        said = (
            each.attrs if isinstance(each, pd.DataFrame) else vars(each) if isinstance(each, Answer) else {}
        )
        if said.get("as_of_at"):
            allowed = said.get("stale_after_s")
            found.append((said["as_of_at"], ctx.stale_after_s if allowed is None else allowed))
    return found


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One tile of a board; subclasses say what they ask for and how they draw it.

    Attributes:
        uid: name of the tile on its page.
        title: key of its heading in the locale files; empty for a tile without heading.
        area: where it stands in the page's grid (a css grid area).
        metric: the metric whose definition the (i) button opens; None for none.
    """

    uid: str
    title: str = ""
    area: str = ""
    metric: str | None = None

    props: ClassVar[tuple[tuple[str, str], ...]] = (("body", "children"),)
    clicks: ClassVar[str | None] = None
    is_exported: ClassVar[bool] = True

    def heading(self, ctx: Context) -> str:
        """Returns the heading; empty for a tile without one."""
        return ctx.t(self.title) if self.title else ""

    def printed(self, ctx: Context) -> str:
        """Returns what a file of the tile is called: its heading, unless the address says what it shows."""
        return self.heading(ctx)

    def requests(self, ctx: Context) -> Mapping[str, Ask]:
        """Returns what the tile asks for, by a name of its own."""
        raise NotImplementedError

    def frame(self, uid: str) -> Component:
        """Returns the component, built once; its changing parts have the ids `<uid>-<part>`."""
        return html.Div(id=f"{uid}-body", className="tile-body")

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns new values of `props`; pure: equal answers and context give equal values."""
        raise NotImplementedError

    def as_of(self, answers: Mapping[str, object], ctx: Context):
        """Returns the instant the tile's data are complete to: the oldest of its answers."""
        return min((at for at, _ in _ages(answers, ctx)), default=ctx.as_of_at)

    def stale_after_s(self, answers: Mapping[str, object], ctx: Context) -> int:
        """Returns how old `as_of` may get until the first of the tile's answers is stale, in seconds; 0: not judged."""
        ages = _ages(answers, ctx)
        judged = [at + timedelta(seconds=allowed) for at, allowed in ages if allowed]
        if not judged:
            return 0 if ages else ctx.stale_after_s
        return max(1, int((min(judged) - self.as_of(answers, ctx)).total_seconds()))

    def metrics(self) -> tuple[str, ...]:
        """Returns every metric the tile shows, for the chain test and the drawer."""
        return (self.metric,) if self.metric else ()
