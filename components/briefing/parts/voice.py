"""Part six (群众诉求): how much citizens asked, the three rates with reach and bounds, hot topics in their words, repeats."""

from __future__ import annotations

import pandas as pd

from components.briefing.desk import Desk
from components.briefing.document import Fact, Paragraph, Part, Sentence
from components.briefing.grammar import Speech, Term, paragraph
from components.briefing.parts.clauses import moved_clause
from components.briefing.parts.series import ranked_bars
from components.briefing.plain import plain

SURVEYED = ("complaint_solved_pct", "complaint_satisfied_pct")
TOPICS = "briefing_topics"
MOST_TOPICS, LONGEST_QUOTE = 4, 60


def voice(desk: Desk, speech: Speech) -> Part:
    """Returns the part."""
    title = speech.piece("title.voice").text
    request = desk.request("complaint_count")
    came = desk.fact(request)
    if not _is_joined(desk):
        lead = paragraph(
            speech.say(
                "voice.unjoined", rests=(desk.listing_fact("feeds", 0, by="channel", key="complaint"),)
            )
        )
    elif not came.value:
        rule = "voice.none" if came.value == 0 else "voice.unknown"
        told = {} if came.value == 0 else {"why": speech.count(came)}
        lead = paragraph(speech.say(rule, rests=(came,), **told))
    else:
        moved = moved_clause(desk, speech, request, is_short=True)
        void = desk.left_out(request)
        told = {"complaints": speech.count(came), "moved": moved}
        total = speech.say("voice.total", **told)
        if void.value:
            total = speech.say("voice.total_void", void=speech.count(void), **told)
        lead = paragraph(total, _rates(desk, speech), _repeats(desk, speech))
    facts = desk.facts(desk.request("complaint_count", by=("category_code",))) if came.value else {}
    bars = ranked_bars(desk, speech, facts, by="category_code", rule="chart.voice")
    blocks = (lead, *([bars] if bars else []), *_topics(desk, speech))
    return Part(code="voice", number="", title=title, blocks=blocks)


def _is_joined(desk: Desk) -> bool:
    """Whether a hotline's feed ever came; without one its silence means nothing."""
    feeds = desk.listing("feeds", is_scoped=False)
    return bool((feeds["file_count"].fillna(0)[feeds["channel"] == "complaint"] > 0).any())


def _rates(desk: Desk, speech: Speech) -> Sentence | None:
    response, reached, *said = (
        desk.fact(desk.request(name))
        for name in ("complaint_response_pct", "complaint_reached_pct", *SURVEYED)
    )
    if not any(each.n for each in (response, reached, *said)):
        return None
    if all((each.n or 0) < desk.min_n for each in (response, *said)):
        rests = (response, reached, *said)
        return speech.say("voice.rates_small", rests=rests, n=speech.count(desk.least))
    terms = [speech.phrase("voice.response", rate=speech.rate(response))]
    for name, fact in zip(SURVEYED, said, strict=True):
        label = speech.piece(f"voice.{name.split('_')[1]}")
        bounds = _bounds(desk, name)
        if bounds.low is None or fact.value is None:
            terms.append(speech.phrase("figure.pair", name=label, value=speech.rate(fact)))
        else:
            ends = speech.span_of(bounds)
            terms.append(speech.phrase("voice.bounded", name=label, rate=speech.rate(fact), bounds=ends))
    return speech.say(
        "voice.rates", rates=speech.joined(terms, rule="list.semicolon"), reached=speech.rate(reached)
    )


def _bounds(desk: Desk, metric: str) -> Fact:
    """What the rate would be had everybody not reached said no, or yes."""
    request = desk.request(metric)
    row = desk.answer(request).row
    fact = desk.fact(request)
    return Fact(**(vars(fact) | {"metric": f"bounds:{metric}", "low": row["lower"], "high": row["upper"]}))


def _repeats(desk: Desk, speech: Speech) -> Sentence | None:
    again = desk.fact(desk.request("complaint_repeated_pct"))
    if not again.n:
        return None
    return speech.say("voice.repeats", rate=speech.rate(again))


def _topics(desk: Desk, speech: Speech) -> list[Paragraph]:
    """Hot topics of the whole town; recognised once a day and only the newest kept."""
    if desk.edition.department_id or desk.edition.area_id or not _is_joined(desk):
        return []
    topics = desk.listing(TOPICS)
    if topics.empty:
        return [paragraph(speech.say("voice.topics_unknown", rests=(desk.listing_fact(TOPICS, None),)))]
    hot = topics[topics["is_hot"]].head(MOST_TOPICS)
    if hot.empty:
        rests = (desk.listing_fact(TOPICS, 0, by="is_hot", key="true"),)
        return [paragraph(speech.say("voice.no_topic", rests=rests))]
    told: list[Paragraph] = [paragraph(speech.say("voice.topics"))]
    for row in hot.to_dict("records"):
        told.append(paragraph(_topic(desk, speech, row), kind="item"))
        told += quote(desk, speech, row)
    return told


def unheard_topics(desk: Desk) -> pd.DataFrame | None:
    """Returns the hot topics no agenda has taken up; None where topics are not told."""
    if desk.edition.department_id or desk.edition.area_id:
        return None
    topics = desk.listing(TOPICS)
    return topics[topics["is_hot"] & (topics["agenda_code"] == "none")] if len(topics) else None


def _topic(desk: Desk, speech: Speech, row: dict) -> Sentence:
    key = str(row["topic_window_id"])
    now, before, days = (
        desk.listing_fact(TOPICS, row[name], by=name, key=key)
        for name in ("voice_count", "base_count", "window_days")
    )
    told = {
        "name": desk.ctx.name("topic", row["topic_id"]),
        "category": desk.ctx.name("category", row["category_code"]),
        "days": Term(speech.plain(days.value), (days,), (), days.value),
        "voices": speech.count(now),
    }
    agenda = desk.ctx.label("agenda_code", row["agenda_code"])
    told["agenda"] = agenda[:1].lower() + agenda[1:]
    rule = "voice.topic" if before.value else "voice.topic_new"
    return speech.say(rule, rests=(before,), before=speech.count(before), **told)


def quote(desk: Desk, speech: Speech, row: dict) -> list[Paragraph]:
    """One citizen's words about a topic, newest first, as masked at the door."""
    request = desk.request("topic_voice_count", is_now=True, picked=(("topic_id", str(row["topic_id"])),))
    rows = desk.rows(request, limit=1, order="-reported_at")
    words = plain(rows["description_text"].iloc[0]) if len(rows) else ""
    if not words:
        return []
    cut = words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE] + "…"
    return [paragraph(speech.say("voice.quote", words=cut), kind="quote")]
