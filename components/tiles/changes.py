"""What changed (变化): counts against the same weekdays before, with the interval of the ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from dash import html

from components.context import Context
from components.numbers import count_text
from components.tiles.base import Tile
from components.ways import pick_marks
from data.interval import rate_ratio
from data.period import local_date, previous
from data.query import Answer
from data.request import Filters, Request

QUIET_DAYS = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Changes(Tile):
    """The kinds whose counts moved most beyond chance between two windows of equal elapsed length."""

    metric: str
    by: str = "category_code"
    limit: int = 5

    def requests(self, ctx: Context) -> Mapping[str, Request]:
        """Returns the counts of the period and of the same weekdays before it."""
        since_at, until_at = ctx.filters.since_at, ctx.filters.until_at
        asks = {"now": Request(self.metric, by=(self.by,), filters=ctx.filters)}
        if since_at is not None and ctx.as_of_at is not None:
            window = previous(since_at, until_at, as_of_at=ctx.as_of_at, zone=ctx.town.zone)
            asks["before"] = Request(self.metric, by=(self.by,), filters=ctx.filters.during(*window))
            asks["days"] = Request("report_count", by=("date",), filters=Filters().during(*window))
        return asks

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the rows, those beyond chance first."""
        if "before" not in answers:
            return (html.P(ctx.t("changes.no_base"), className="empty"),)
        now, before = _counts(answers["now"], self.by), _counts(answers["before"], self.by)
        if not now and not before:
            return (html.P(ctx.t("common.no_data"), className="empty"),)
        if not sum(before.values()) or not _is_covered(answers["days"], ctx):
            return (html.P(ctx.t("changes.no_base"), className="empty"),)
        rows = [(key, now.get(key, 0), before.get(key, 0)) for key in {*now, *before}]
        rows.sort(key=lambda row: (-_evidence(row[1], row[2]), -row[1] - row[2], str(row[0])))
        items = [self._item(None, sum(now.values()), base=sum(before.values()), ctx=ctx)]
        items += [self._item(key, count, base=base, ctx=ctx) for key, count, base in rows[: self.limit]]
        return (html.Ol(items, className="changes"),)

    def _item(self, key, count: int, *, base: int, ctx: Context):
        name = ctx.t("changes.total") if key is None else ctx.label(self.by, key)
        verdict, percent, span = _change(count, base, ctx=ctx)
        return html.Li(
            [
                html.Span(name, className="change-name", title=name),
                html.Span(f"{count_text(base)} → {count_text(count)}", className="change-pair digits"),
                html.Span(percent if verdict else "", className="change-percent digits"),
                html.Span(span if verdict else ctx.t("changes.chance"), className="change-span digits"),
            ],
            className="change" + (" is-total" if key is None else ""),
            title=ctx.t("changes.explain", verdict=verdict or ctx.t("changes.chance"), span=span),
            **pick_marks(self.by, key, ctx),
        )


def _is_covered(days: Answer, ctx: Context) -> bool:
    """Whether the town's data reach back to the beginning of the earlier window, give or take a quiet day."""
    told = days.frame.loc[days.frame["value"] > 0, "date"].astype(str)
    since_at, until_at = ctx.filters.since_at, ctx.filters.until_at
    begun, _ = previous(since_at, until_at, as_of_at=ctx.as_of_at, zone=ctx.town.zone)
    latest = local_date(begun, ctx.town.zone) + QUIET_DAYS
    return len(told) > 0 and told.min()[:10] <= latest.isoformat()


def _change(count: int, base: int, *, ctx: Context) -> tuple[str, str, str]:
    """Returns the verdict (empty when chance explains the change), the change and its interval in words."""
    ratio, low, high = rate_ratio(count, base)
    verdict = (
        ctx.t("changes.up") if low > 1 else ctx.t("changes.down") if high is not None and high < 1 else ""
    )
    percent = "—" if ratio is None else _signed(ratio)
    upper = ctx.t("changes.open") if high is None else _signed(high)
    return verdict, percent, ctx.t("changes.span", low=_signed(low), high=upper)


def _signed(ratio: float) -> str:
    return f"{(ratio - 1) * 100:+.0f}%".replace("-", "−")


def _counts(answer, by: str) -> dict:
    frame = answer.frame
    return {
        key: int(value)
        for key, value in zip(frame[by], frame["value"], strict=True)
        if value == value and value
    }


def _evidence(count: int, base: int) -> float:
    """Returns how far the interval of the ratio lies from 1, in either direction; 0 when it holds 1."""
    _, low, high = rate_ratio(count, base)
    if low > 1:
        return low - 1
    if high is not None and high < 1:
        return 1 / high - 1 if high else float(base)
    return 0.0
