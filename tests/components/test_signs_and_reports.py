"""The six modules' signs lead into their module; unknown is a dash; the reports of a case stand in columns, the lead first."""

from __future__ import annotations

import pandas as pd
import pytest
from dash import html

import pages.overview  # noqa: F401 - registers the pages the signs lead to
import pages.party  # noqa: F401
import pages.safety  # noqa: F401
from components.board import tiles_of
from components.page import pages as registered
from components.tiles.case import CaseReports
from components.tiles.module_signs import ModuleSigns
from components.tiles.vital_signs import VitalSigns
from tests.components.frames import answer, context, find, texts

SIGNS = ModuleSigns(
    uid="m",
    title="overview.modules",
    modules=(("party", ("party_month_covered_pct",)), ("safety", ("recheck_on_time_pct", "code_red_count"))),
)


def _drawn(search: str = "", **values):
    rows = {
        "party_month_covered_pct": answer("party_month_covered_pct", {"value": 83.7, "n": 43}),
        "recheck_on_time_pct": answer(
            "recheck_on_time_pct", {"value": 38.8, "n": 2548, "low": 36.9, "high": 40.7}
        ),
        "code_red_count": answer("code_red_count", {"value": 28.0, "n": 17843}),
    }
    return SIGNS.draw(rows | values, context(search))[0]


def test_every_module_is_named_leads_to_its_page_and_keeps_the_filters():
    drawn = _drawn("area=C01")
    names = find(drawn, "module-name")
    assert [texts(name) for name in names] == ["智慧党建", "智慧平安"]
    assert [name.href for name in names] == ["/party?area=C01", "/safety?area=C01"]


def test_a_sign_is_the_metrics_name_its_number_its_unit_and_when_it_was_true():
    signs = find(_drawn(), "sign")
    assert [texts(find(sign, "sign-name")) for sign in signs] == ["活动覆盖率", "复查及时率", "红码"]
    assert "38.8" in texts(signs[1]) and texts(signs[1]).endswith("%")
    figures = find(_drawn(), "figure")
    marks = [figure.to_plotly_json()["props"] for figure in figures]
    assert [mark["data-kpi"] for mark in marks] == list(SIGNS.metrics())
    assert {mark["data-asof"] for mark in marks} == {"2026-11-22T06:30:00Z"}
    assert "n = 2,548" in figures[1].title


@pytest.mark.parametrize("flag", ["unjoined", "no_data", "suppressed"])
def test_an_unknown_sign_is_a_dash_without_a_unit_and_never_zero(flag):
    unknown = answer("code_red_count", {"value": None, "n": 0, "flag": flag})
    sign = find(_drawn(code_red_count=unknown), "sign")[2]
    words = texts(sign).split("|")
    assert "个" not in words and "0" not in words
    assert any("—" in word for word in words)


def test_the_overview_asks_two_or_three_signs_of_each_of_the_six_modules():
    page = next(page for page in registered() if page.path == "/")
    tile = next(tile for tile in tiles_of(page) if isinstance(tile, ModuleSigns))
    assert [name for name, _ in tile.modules] == [
        "party",
        "enforcement",
        "safety",
        "prevention",
        "economy",
        "livelihood",
    ]
    assert {len(names) for _, names in tile.modules} <= {2, 3}


REPORTS = pd.DataFrame(
    [
        ("fire_119", "F2", "2026-11-20 01:05", None, "<b>烟雾</b>", "nearby", 0.83, "fire.csv", False),
        ("police_110", "P1", "2026-11-20 01:00", "2026-11-20 01:01", "打架", None, None, "police.csv", True),
    ],
    columns=[
        "feed_id",
        "source_key",
        "reported_at",
        "received_at",
        "title_text",
        "link_rule_code",
        "link_score",
        "file_name",
        "is_lead",
    ],
)
REPORTS[["reported_at", "received_at"]] = REPORTS[["reported_at", "received_at"]].apply(pd.to_datetime)


def _cells(component, kind) -> list[list[str]]:
    """The texts of every row's cells of a kind (Th or Td)."""
    found = []

    def walk(each):
        if isinstance(each, list | tuple):
            for part in each:
                walk(part)
        elif isinstance(each, html.Tr):
            found.append([texts(cell) for cell in each.children if isinstance(cell, kind)])
        elif each is not None and not isinstance(each, str | int | float):
            walk(getattr(each, "children", None))

    walk(component)
    return [row for row in found if row]


def test_the_reports_of_a_case_stand_under_their_columns_the_lead_first():
    shown = CaseReports(uid="r").show({"reports": REPORTS}, context())
    (head,) = _cells(shown, html.Th)
    rows = _cells(shown, html.Td)
    assert head[:4] == ["来源", "来源编号", "上报时刻", "入库时刻"]
    assert len(head) == 8 and {len(row) for row in rows} == {8}
    assert [row[1] for row in rows] == ["P1", "F2"]
    assert rows[0][0] == "110警情" and "09:00" in rows[0][2]
    assert rows[1][3] == "—" and "<b>烟雾</b>" in rows[1][4]
    assert [each.className for each in find(shown, "is-lead")] == ["is-lead"]


def test_a_vital_sign_of_too_few_people_says_so_and_never_counts_nobody():
    few = answer("payment_people_count", {"value": None, "n": 0, "flag": "suppressed"})
    tile = VitalSigns(uid="v", title="livelihood.benefits", shown=("payment_people_count",))
    words = texts(tile.draw({"payment_people_count": few}, context(""))[0])
    assert "人数过少，不公开" in words and "n = 0" not in words
