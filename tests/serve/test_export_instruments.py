"""What an instrument shows leaves whole: the cases on which two readings part, both curves of a duration."""

from __future__ import annotations

import io

import openpyxl
import pandas as pd

from components.sheet_pictures import picture_of
from components.sheets import sheets_of
from components.tiles.life_curve import LifeCurve
from data.curves import Lifetimes
from data.rivals import ABSENT, Differences
from serve.export.files import xlsx_bytes
from tests.components.frames import AS_OF, context

CASES = pd.DataFrame(
    {
        "incident_id": ["police_110:JQ1"],
        "first_signal_at": [AS_OF],
        "left_side": ["in_time"],
        "right_side": [ABSENT],
        "left_excluded": [None],
        "right_excluded": ["cancelled"],
    }
)
SIDES = pd.DataFrame({"left_side": ["in_time"], "right_side": [ABSENT], "case_count": [1]})


def test_the_cases_that_make_the_difference_leave_with_the_two_numbers():
    sheets = sheets_of({"apart": Differences(SIDES, CASES, 1, AS_OF)}, context())
    found = {sheet.name: sheet for sheet in sheets}
    cases = found["判定不同的事件"]
    row = dict(zip([each.text for each in cases.headings], cases.rows[0], strict=True))
    assert (row["前一口径"], row["后一口径"]) == ("计入，按时", "不在该口径范围内")
    assert row["前一口径不计的原因"] is None and row["后一口径不计的原因"].startswith("作废")
    assert found["两种口径的判定"].rows == (("计入，按时", "不在该口径范围内", 1),)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(sheets, beside=(), at=AS_OF)))
    assert book["判定不同的事件"].max_row == 2


def test_both_curves_leave_as_a_picture_and_as_tables():
    frame = pd.DataFrame(
        {
            "minutes": [10.0, 200.0],
            "done_pct": [20.0, 60.0],
            "low_pct": [10.0, None],
            "high_pct": [30.0, None],
        }
    ).assign(closed_only_pct=[25.0, 75.0])
    shares = pd.DataFrame(
        {"share": [50], "value": [150.0], "low": [90.0], "high": [None], "closed_only": [100.0]}
    )
    curve = {"curve": Lifetimes(frame, shares, 3, 2, AS_OF)}
    tile = LifeCurve(uid="life", title="instruments.life", segments=("handle_minutes_p50",))
    chart = picture_of(tile, curve, context())
    done, closed = (each.values for each in chart.series)
    assert (done[0], done[-1]) == (20.0, 60.0) and (closed[0], closed[-1]) == (25.0, 75.0)
    assert set(done) == {20.0, 60.0}, "between two steps a curve stays where it is"
    assert (chart.series[0].low[0], chart.series[0].low[-1]) == (10.0, None)
    names = [sheet.name for sheet in sheets_of(curve, context())]
    assert names == ["事件数", "完成曲线", "分位用时（分钟）"]


def test_no_heading_is_a_column_code():
    listed = pd.DataFrame(
        {"side_code": ["late"], "heat_code": ["hot"], "open_before": [1], "is_known": [True]}
    )
    for heading in sheets_of({"list": listed}, context())[0].headings:
        assert not heading.text.isascii(), heading.text
