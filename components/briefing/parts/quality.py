"""The annex of quality and origin (数据质量与出处): how far each feed goes, what was refused or cannot be placed."""

from __future__ import annotations

import pandas as pd

from components.briefing.desk import Desk
from components.briefing.document import Cell, Column, Part, Sentence, Table
from components.briefing.grammar import Speech, paragraph
from components.briefing.tables import text_cell
from components.numbers import is_known
from data.freshness import feed_allowance_s, live_feeds

FEEDS = "feeds"
TOLD_PCT = 0.05  # less than that reads 0.0 %
COUNTED = ("row_count", "quarantined_count", "refused_count")


def annex_quality(desk: Desk, speech: Speech) -> Part:
    """Returns the part. Feeds are known only as they stand now: the text says of which instant that is."""
    feeds = desk.listing(FEEDS, is_scoped=False)
    came = feeds[feeds["file_count"].fillna(0) > 0]
    lead = paragraph(_as_of(desk, speech), _late(desk, speech, came), _rejected(desk, speech, came))
    coverage = _coverage(desk, speech)
    cover = [paragraph(*coverage)] if coverage else []
    origin = paragraph(_origin(desk, speech), kind="note")
    title = speech.piece("title.annex_quality").text
    blocks = (lead, *cover, _table(desk, speech, came), origin)
    return Part(code="annex_quality", number="", title=title, blocks=blocks)


def _as_of(desk: Desk, speech: Speech) -> Sentence:
    as_of, newest = (speech.moment(desk.instant(at)) for at in (desk.edition.as_of_at, desk.store.as_of_at()))
    if desk.edition.as_of_at == desk.store.as_of_at():
        return speech.say("quality.as_of_newest", at=as_of)
    return speech.say("quality.as_of", at=as_of, newest=newest)


def _late(desk: Desk, speech: Speech, feeds: pd.DataFrame) -> Sentence:
    """Feeds of reports and steps that go less far than their contract lets expect."""
    newest = desk.store.as_of_at()
    names = []
    for row in live_feeds(feeds).itertuples():
        if not is_known(row.watermark_at) or (newest - row.watermark_at).total_seconds() > feed_allowance_s(
            row
        ):
            names.append(desk.ctx.name("feed", row.feed_id))
    fact = desk.listing_fact(FEEDS, len(names), by="late", key="live")
    if not names:
        return speech.say("quality.none_late", rests=(fact,))
    comma = "、" if speech.is_zh else ", "
    return speech.say("quality.late", count=speech.count(fact), names=comma.join(names))


def _rejected(desk: Desk, speech: Speech, feeds: pd.DataFrame) -> Sentence:
    facts = {name: desk.listing_fact(FEEDS, feeds[name].sum(), by=name, key="all") for name in COUNTED}
    return speech.say("quality.rejected", **{name: speech.count(fact) for name, fact in facts.items()})


def _coverage(desk: Desk, speech: Speech) -> list[Sentence]:
    """What the edition's own numbers leave out: cases without a place, cancelled ones, clocks that run backwards."""
    found = []
    for name in ("unlocated_pct", "cancelled_pct", "negative_duration_pct"):
        fact = desk.fact(desk.request(name))
        if fact.value is not None and fact.value >= TOLD_PCT:
            found.append(speech.say(f"quality.{name.removesuffix('_pct')}", rate=speech.rate(fact)))
    return found


def _origin(desk: Desk, speech: Speech) -> Sentence:
    at = speech.moment(desk.instant(desk.edition.as_of_at), has_year=True)
    synthetic = "quality.origin_synthetic" if desk.town.file.is_synthetic else "quality.origin"
    return speech.say(synthetic, at=at)


def _table(desk: Desk, speech: Speech, feeds: pd.DataFrame) -> Table:
    columns = (
        Column(name=desk.ctx.column("feed_id")),
        Column(name=desk.ctx.column("watermark_at"), kind="instant"),
        *(Column(name=desk.ctx.column(name), kind="number") for name in COUNTED),
    )
    return Table(
        key="feeds",
        title=speech.piece("quality.feeds").text,
        columns=columns,
        rows=tuple(_row(desk, speech, row) for row in feeds.to_dict("records")),
    )


def _row(desk: Desk, speech: Speech, row: dict) -> tuple[Cell, ...]:
    at = desk.instant(row["watermark_at"]) if is_known(row["watermark_at"]) else None
    instant = (
        Cell(at.isoformat(sep=" ", timespec="minutes"), f"{at:%Y-%m-%d %H:%M}") if at else Cell(None, "—")
    )
    counts = []
    for name in COUNTED:
        fact = desk.listing_fact(FEEDS, row[name], by=name, key=str(row["feed_id"]))
        counts.append(Cell(fact.value, speech.count(fact).text, fact))
    return (text_cell(desk.ctx.name("feed", row["feed_id"])), instant, *counts)
