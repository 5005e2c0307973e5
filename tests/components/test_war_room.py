"""Peace or war: one line in peace, the sub-modules in counts in war, few people never told."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from components.tiles.war_room import WarRoom
from data.request import Filters
from tests.components.frames import answer, context, texts

TILE = WarRoom(uid="state", title="prevention.state")
LEVELS = pd.DataFrame(
    [
        ("N3", "cold", "level_4", datetime(2026, 11, 19, 9), pd.NaT, False, "寒潮响应"),
        ("N2", "epidemic", "level_2", datetime(2026, 10, 12, 0), datetime(2026, 10, 26, 0), True, "平战演练"),
        ("N1", "epidemic", "peace", datetime(2025, 1, 1), pd.NaT, False, "平时"),
    ],
    columns=[
        "alert_level_id", "alert_field_code", "alert_level_code", "declared_at", "lifted_at", "is_drill", "basis_name",
    ],
)  # fmt: skip
IN_WAR = Filters(datetime(2026, 10, 11, 16), datetime(2026, 10, 25, 16))


def _answers(ctx, levels=LEVELS):
    visit = {"epidemic_item_code": "household_visit", "value": 120.0, "n": 120}
    few = {"epidemic_item_code": "trajectory", "value": None, "n": 0, "flag": "suppressed"}
    found = {name: answer(name, visit, few) for name in TILE.metrics()}
    return found | {
        "levels": levels,
        "date": answer(
            "epidemic_raised_count", {**visit, "date": "2026-10-13"}, {**few, "date": "2026-10-13"}
        ),
        "area": answer("epidemic_raised_count", {**visit, ctx.next_level(): "C01"}),
        "others": answer(
            "epidemic_raised_count",
            {"epidemic_group_code": "shared", "epidemic_item_code": "health_code", "value": 300.0},
        ),
    }


def _drawn(ctx, levels=LEVELS) -> str:
    return texts(TILE.draw(_answers(ctx, levels), ctx)[0])


def test_in_peace_there_is_one_line_with_what_holds_and_the_last_war():
    said = _drawn(context())
    assert said.startswith("平时|低温雨雪冰冻 四级")
    assert "最近一次战时 2026-10-12 — 2026-10-26：平战演练" in said
    assert "入户走访摸排" not in said


def test_a_period_that_ends_in_war_shows_the_sub_modules_by_day_and_area():
    said = _drawn(context(filters=IN_WAR))
    assert said.startswith("战时|疫情防控 二级，自 2026-10-12（演练）")
    assert "寒潮" not in said and "低温" not in said  # declared later
    for text in ("入户走访摸排", "10-13", "一社区", "健康码", "120", "300"):
        assert text in said


def test_few_people_are_not_told_anywhere():
    ctx = context(filters=IN_WAR)
    children = TILE.draw(_answers(ctx), ctx)[0]
    assert "行踪轨迹排查" in texts(children)
    numbers = [text for text in texts(children).split("|") if text.replace(",", "").isdigit()]
    assert set(numbers) == {"120", "300"}


@pytest.mark.parametrize(
    ("until", "state"),
    [
        (datetime(2026, 10, 12, 0), "平时"),
        (datetime(2026, 10, 26, 0), "战时"),
        (datetime(2026, 10, 27, 0), "平时"),
    ],
)
def test_the_end_of_the_period_decides(until, state):
    filters = Filters(datetime(2026, 9, 30, 16), until)
    assert _drawn(context(filters=filters)).startswith(state)


def test_a_town_that_never_declared_anything_is_at_peace():
    assert _drawn(context(), LEVELS.iloc[:0]) == "平时"


def test_the_sub_modules_are_asked_for_counts_only():
    asks = TILE.requests(context(filters=IN_WAR))
    by = {each.by for name, each in asks.items() if name != "levels"}
    assert by == {
        ("epidemic_item_code",),
        ("date", "epidemic_item_code"),
        ("community", "epidemic_item_code"),
        ("epidemic_group_code", "epidemic_item_code"),
    }
