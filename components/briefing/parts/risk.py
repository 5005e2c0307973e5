"""Part four (五色风险图): the map, the grids that changed colour, and what carried them there."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from components.briefing.desk import Desk
from components.briefing.document import Fact, Part, Picture, Sentence
from components.briefing.grammar import Speech, Term, paragraph
from components.briefing.parts.series import source_line
from components.drawing.spec import AreaMark, AreaPicture
from components.numbers import is_known
from components.words import codes_of, word

LISTING = "briefing_risk"
CLASSES = ("red", "orange", "yellow", "blue", "green")
HIGH = ("red", "orange")
MOST_LISTED = 5
WEEK = timedelta(days=7)


def risk(desk: Desk, speech: Speech) -> Part | None:
    """Returns the part: how many grids of each colour, the map, the changes and why; none for one department."""
    if desk.edition.department_id:
        return None
    title = speech.piece("title.risk").text
    grids = desk.listing(LISTING, picked=(("domain_code", "overall"),))
    if grids.empty:
        only = paragraph(speech.say("risk.unknown", rests=(desk.listing_fact(LISTING, None),)))
        return Part(code="risk", number="", title=title, blocks=(only,))
    changed = _changed(desk, grids)
    lead = paragraph(_counts(desk, speech, grids), *_moves(desk, speech, changed))
    rows = [] if changed is None else changed.to_dict("records")
    items = [paragraph(_why(desk, speech, row), kind="item") for row in rows[:MOST_LISTED]]
    note = [paragraph(speech.say("risk.more"), kind="note")] if len(rows) > MOST_LISTED else []
    blocks = (lead, Picture("risk", _map(desk, speech, grids, alt=lead.sentences[0].text)), *items, *note)
    return Part(code="risk", number="", title=title, blocks=blocks)


def _counts(desk: Desk, speech: Speech, grids: pd.DataFrame) -> Sentence:
    terms, shown = [], grids["class_code"].value_counts()
    for code in CLASSES:
        fact = desk.listing_fact(LISTING, int(shown.get(code, 0)), by="class_code", key=code)
        terms.append(speech.phrase("risk.class", name=speech.piece(f"risk.{code}"), grids=speech.count(fact)))
    unknown = int((~grids["class_code"].isin(CLASSES)).sum())
    if unknown:
        fact = desk.listing_fact(LISTING, unknown, by="class_code", key="none")
        terms.append(speech.phrase("risk.unjudged", grids=speech.count(fact)))
    day = pd.Timestamp(grids["cycle_date"].iloc[0]).date()
    return speech.say("risk.counts", day=speech.day(day, has_year=False), classes=speech.joined(terms))


def _changed(desk: Desk, grids: pd.DataFrame) -> pd.DataFrame | None:
    """Grids whose colour differs from the cycle before (weekly: seven days before), worst first; None where that is not kept."""
    before = grids[["grid_id", "previous_class_code"]].rename(columns={"previous_class_code": "before_code"})
    if desk.edition.code == "weekly":
        at = desk.edition.as_of_at - WEEK
        earlier = desk.listing(LISTING, picked=(("domain_code", "overall"),), as_of_at=at)
        before = earlier[["grid_id", "class_code"]].rename(columns={"class_code": "before_code"})
    both = grids.merge(before, on="grid_id", how="left")
    if both["before_code"].isna().all():  # nothing is known of before: nothing may be said to have stayed
        return None
    both = both[both["before_code"].notna() & (both["before_code"] != both["class_code"])]
    both = both[(both["before_code"] != "none") & (both["class_code"] != "none")]
    rises = both["class_code"].map(_level) > both["before_code"].map(_level)
    both = both.assign(is_up=rises)
    return both.sort_values(
        ["is_up", "class_level", "ratio", "grid_id"], ascending=[False, False, False, True]
    )


def changed_grids(desk: Desk) -> pd.DataFrame | None:
    """Returns the grids that changed colour, those that went up first; None where the map is unknown or not told."""
    if desk.edition.department_id:
        return None
    grids = desk.listing(LISTING, picked=(("domain_code", "overall"),))
    return None if grids.empty else _changed(desk, grids)


def _level(code: str) -> int:
    return len(CLASSES) - CLASSES.index(code) if code in CLASSES else 0


def _moves(desk: Desk, speech: Speech, changed: pd.DataFrame | None) -> list[Sentence]:
    rule = "week" if desk.edition.code == "weekly" else "cycle"
    if changed is None:
        return [
            speech.say("risk.no_before", rests=(desk.listing_fact(LISTING, None, by="moved", key="all"),))
        ]
    rows = desk.listing_fact(LISTING, len(changed), by="moved", key="all")
    if not len(changed):
        return [speech.say(f"risk.none_{rule}", rests=(rows,))]
    up, down = (
        desk.listing_fact(LISTING, int((changed["is_up"] == way).sum()), by="moved", key=key)
        for way, key in ((True, "up"), (False, "down"))
    )
    return [speech.say(f"risk.moved_{rule}", up=speech.count(up), down=speech.count(down))]


def _why(desk: Desk, speech: Speech, row: dict) -> Sentence:
    """Why a grid changed: the domain that carries its colour, what happened there against what was expected."""
    told = {
        "grid": desk.ctx.name("area", row["grid_id"]),
        "before": speech.piece(f"risk.{row['before_code']}"),
        "now": speech.piece(f"risk.{row['class_code']}"),
        "domain": desk.ctx.name("domain", row["worst_domain_code"]),
    }
    figures = {name: _figure(desk, row, name) for name in ("incident_count", "expected_count", "ratio")}
    if not is_known(row["ratio"]) or not is_known(row["expected_count"]):
        return speech.say("risk.why_unknown", **told)
    rule = "risk.why_thin" if bool(row["is_hatched"]) else "risk.why"
    return speech.say(
        rule,
        count=speech.count(figures["incident_count"]),
        expected=Term(speech.plain(row["expected_count"], "{:.1f}"), (figures["expected_count"],)),
        times=Term(speech.plain(row["ratio"], "{:.2f}"), (figures["ratio"],)),
        **told,
    )


def _figure(desk: Desk, row: dict, name: str) -> Fact:
    return desk.listing_fact(LISTING, row[name], by=name, key=str(row["grid_id"]))


def _map(desk: Desk, speech: Speech, grids: pd.DataFrame, *, alt: str) -> AreaPicture:
    marks = tuple(
        AreaMark(
            area_id=str(row["grid_id"]),
            class_code=str(row["class_code"]) if is_known(row["class_code"]) else "none",
            is_hatched=bool(row["is_hatched"]),
            label=desk.ctx.name("area", row["grid_id"]) if row["class_code"] in HIGH else "",
        )
        for row in sorted(grids.to_dict("records"), key=lambda each: str(each["grid_id"]))
    )
    legend = tuple((code, word(f"risk_class.{code}", speech.language)) for code in codes_of("risk_class"))
    title = speech.piece("title.risk").text
    return AreaPicture(
        title=title,
        level="grid",
        marks=marks,
        legend=legend,
        source=source_line(desk, speech),
        alt=alt,
        is_partial=bool(desk.edition.area_id),
    )
