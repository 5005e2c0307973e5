"""A number as it was told (重印): as of an earlier instant, by the definition in force on that day, beside today's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dash import html
from dash.development.base_component import Component

from components.context import Context
from components.numbers import instant_full
from components.tiles.base import Tile
from components.tiles.kpi_card import number, sample_text
from data.catalogue import catalogue
from data.period import local_date, midnight
from data.request import Filters, Request

PARAMETER, DAY = "reprint", "on"
DAYS_BACK = (1, 7, 28, 91)


@dataclass(frozen=True, kw_only=True)
class Reprint(Tile):
    """`shown`: the metrics offered; the address chooses one and the day (`?reprint=<metric>&on=2026-10-31`).

    Both figures are of the 28 days up to the end of that day: one as known then, one as known now.
    """

    shown: tuple[str, ...]
    days: int = 28

    def metrics(self) -> tuple[str, ...]:
        """Returns the metrics offered."""
        return self.shown

    def chosen(self, ctx: Context) -> tuple[str, date]:
        """Returns metric and day; the first metric and a week ago without or with an unreadable choice."""
        asked = ctx.view.params.get(PARAMETER, "")
        name = asked if asked in self.shown else self.shown[0]
        today = local_date(ctx.as_of_at, ctx.town.zone)
        try:
            day = date.fromisoformat(ctx.view.params.get(DAY, ""))
        except ValueError:
            day = today - timedelta(days=7)
        return name, min(day, today)

    def _asked(self, ctx: Context) -> tuple[str, str, Filters, datetime]:
        name, day = self.chosen(ctx)
        until_at = min(midnight(day + timedelta(days=1), ctx.town.zone), ctx.as_of_at)
        since_at = midnight(day - timedelta(days=self.days - 1), ctx.town.zone)
        return name, catalogue().name_on(name, day), ctx.filters.during(since_at, until_at), until_at

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the number as of then by the definition of then, and as of now by today's."""
        if ctx.as_of_at is None:
            return {}
        name, then, filters, at = self._asked(ctx)
        return {"then": Request(then, filters=filters, as_of_at=at), "now": Request(name, filters=filters)}

    def as_of(self, answers: Mapping[str, object], ctx: Context):
        """Returns the page's instant: the older figure is meant to be old."""
        return ctx.as_of_at

    def stale_after_s(self, answers: Mapping[str, object], ctx: Context) -> int:
        """Returns that of the page, for the same reason."""
        return ctx.stale_after_s

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the choices and both figures with version, as-of and n."""
        if not answers:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        name, day = self.chosen(ctx)
        then = catalogue().name_on(name, day)
        figures = [
            _figure("instruments.then", answers["then"], then, ctx=ctx),
            _figure("instruments.now", answers["now"], name, ctx=ctx),
        ]
        period = ctx.t("instruments.reprint_period", first=day - timedelta(days=self.days - 1), last=day)
        note = html.P(f"{period} {ctx.t('instruments.reprint_note')}", className="note")
        return ([self._choices(ctx), html.Ul(figures, className="vitals rivals"), note],)

    def _choices(self, ctx: Context) -> Component:
        name, day = self.chosen(ctx)
        today = local_date(ctx.as_of_at, ctx.town.zone)
        marks = [
            (f"{PARAMETER}={each}", ctx.pick(catalogue().metric(each).label), each == name)
            for each in self.shown
        ]
        days = [today - timedelta(days=back) for back in DAYS_BACK]
        marks += [(f"{DAY}={each}", str(each), each == day) for each in days]
        links = [
            html.A(text, href="#", className="choice is-on" if is_on else "choice", **{"data-set": said})
            for said, text, is_on in marks
        ]
        return html.Nav(links, className="choices wraps")


def _figure(word: str, answer, name: str, *, ctx: Context) -> Component:
    metric, row = answer.metric, answer.frame.iloc[0]
    told = ctx.t("instruments.version", version=metric.version, at=instant_full(answer.as_of_at, ctx))
    return html.Li(
        [
            html.Span(html.B(ctx.t(word)), className="vital-name"),
            number(name.partition("@")[0], row=row, ctx=ctx),
            html.Span(sample_text(name.partition("@")[0], row=row, ctx=ctx), className="kpi-sample"),
            html.Span(told, className="note"),
        ],
        className="vital",
    )
