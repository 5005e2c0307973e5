"""A briefing made again later: what happened since changes nothing of it, what was told late is a correction."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from components.briefing.document import Chart, Document, Paragraph, Picture, Table
from components.briefing.edition import edition_for
from components.briefing.outline import with_corrections
from components.briefing.parts.definitions import facts_of
from data.request import EVERYTHING
from tests.briefing.conftest import MORNING
from tests.briefing.readings import sentences, strange_numbers, text_of
from tests.briefing.town import MORNING as EIGHT
from tests.briefing.town import load_more, police_row

DAY = timedelta(days=1)


def told(document: Document) -> list:
    """Returns what is told of the town; the feeds are told as they are now."""
    return [part for part in document.parts if part.code != "annex_quality"]


@pytest.fixture(scope="module")
def since(home, store, tmp_path_factory):
    """The same town at noon: five thefts of the morning, and the four calls for help are handled at last."""
    later = tmp_path_factory.mktemp("since") / "home"
    shutil.copytree(home, later)
    rows = [
        police_row(400 + each, "theft", EIGHT + DAY + timedelta(minutes=each), grid=70 + each)
        for each in range(5)
    ]
    for each in range(4):
        closed = police_row(300 + each, "help", EIGHT + timedelta(minutes=20 * each), grid=40 + each)
        late = {"处置完毕时间": "2026-11-20 09:00:00", "结案时间": "2026-11-20 09:30:00"}
        rows.append(closed | late | {"最后更新时间": "2026-11-20 09:31:00"})
    return load_more(later, rows, now="2026-11-20 12:00")


@pytest.fixture(scope="module")
def late(home, store, tmp_path_factory):
    """The same town at noon, told only then of a theft on the evening before."""
    later = tmp_path_factory.mktemp("late") / "home"
    shutil.copytree(home, later)
    return load_more(
        later, [police_row(500, "theft", EIGHT + timedelta(hours=15), grid=80)], now="2026-11-20 12:00"
    )


def test_the_morning_reads_the_same_at_noon(documents, made, edition, since, town):
    assert edition_for("daily", MORNING, town=town, newest_at=since.as_of_at()) == edition
    for language, document in documents.items():
        again = made(edition, language, of=since)
        assert again.generation > document.generation
        assert told(again) == told(document)


def test_nothing_reaches_past_as_of(made, edition, since):
    """At 11:30 the five thefts and the four closings are there: from 11:30 on 23 + 5 thefts, of those before 3."""
    early = text_of(made(edition, of=since), "overall")[0]
    assert "盗窃（10→30）" in early
    assert "未结5起中超期4起" in early
    late = text_of(
        made(replace(edition, as_of_at=edition.as_of_at + timedelta(hours=4)), of=since), "overall"
    )[0]
    assert "盗窃（3→28）" in late
    assert "超期" not in late


def test_nothing_to_correct_when_nothing_was_told_late(documents, since, town):
    document = documents["zh"]
    assert with_corrections(document, document, scope=EVERYTHING, store=since, town=town) is document


def test_what_was_told_late_is_a_correction(documents, late, town):
    """One theft more on the 19th: reports 54 -> 55, incidents 54 -> 55, thefts 30 -> 31, closed or not."""
    document = documents["zh"]
    corrected = with_corrections(document, document, scope=EVERYTHING, store=late, town=town)
    (part,) = [each for each in corrected.parts if each.code == "corrections"]
    assert part.number == "九"
    assert [each.code for each in corrected.parts][-4:] == [
        "corrections",
        "annex_tables",
        "annex_definitions",
        "annex_quality",
    ]
    items = [
        block.sentences[0] for block in part.blocks if isinstance(block, Paragraph) and block.kind == "item"
    ]
    assert "上报量：原54，更正为55。" in [each.text for each in items]
    assert all(not strange_numbers(each) for each in items)
    (table,) = [block for block in part.blocks if isinstance(block, Table)]
    cells = [tuple(cell.text for cell in row) for row in table.rows]
    assert ("事件量", "盗窃", "30", "31") in cells
    assert all(old != new for *_, old, new in cells)


def test_a_chart_tells_what_was_counted(documents):
    """By the hour from 07:00 on: thefts at :00 and :30 from 08:00, calls for help three an hour from 08:00 to 15:40."""
    (part,) = [each for each in documents["zh"].parts if each.code == "changes"]
    (chart,) = [block.shown for block in part.blocks if isinstance(block, Picture)]
    assert isinstance(chart, Chart)
    hours = dict(zip(chart.categories, chart.series[0].values, strict=True))
    assert (hours["7"], hours["8"], hours["15"], hours["16"], hours["22"], hours["23"]) == (0, 5, 5, 2, 2, 0)
    assert sum(chart.series[0].values) == 54
    assert sum(chart.series[1].values) == 34
    assert sum(1 for _ in sentences(documents["zh"])) > 0
    assert {fact.flag for fact in facts_of(part)} <= {"", "small_sample"}
