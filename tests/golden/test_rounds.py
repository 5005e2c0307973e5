"""Survey, rounds, older grids, neighbours and merchants against hand-computed values, from a file to the door."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from data.listing import Listing, fetch_listing
from data.query import count_rows, fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, Scope
from tests.module_town import open_module_town, workbook
from tests.published import at

NOW = "2026-11-20 12:00"
STAMP = "20261120120000"
NOVEMBER = Filters(at("2026-11-01 00:00"), None)

# G001, a grid of community C01, G060 of another. 22 residents drawn in G001, 5 in G060: S01-S12 safe (4 very, 4 safe, 4 fairly),
# S13 not very safe, S14 reached but said nothing, S15 an answer nobody knows, S16-S19 not reached, S20 refused, S21 invalid,
# S22 the telephone of S01 again, later in the month: S01 does not count any more.
FEELINGS = ["很安全"] * 4 + ["安全"] * 4 + ["基本安全"] * 4 + ["不太安全", "", "XX99"]
CALLS = ["已接通"] * 15 + ["未接通"] * 4 + ["拒绝评价", "号码无效", "已接通"]
# kind, due, finished, points, signed, begun, called off
TASKS = {
    "T1": ("日常巡查", "10 18:00", "10 17:00", 10, 9, "10 16:00", ""),  # nine tenths, 400 s a point
    "T2": ("日常巡查", "10 18:00", "10 17:00", 10, 8, "10 16:00", ""),  # too few points
    "T3": ("日常巡查", "10 18:00", "10 18:01", 10, 10, "10 16:00", ""),  # a minute late
    "T4": ("日常巡查", "10 18:00", "10 16:05", 10, 10, "10 16:00", ""),  # done, 30 s a point: too fast
    "T5": ("日常巡查", "10 18:00", "", 10, "", "", ""),  # never
    "T6": ("日常巡查", "10 18:00", "", 10, "", "", "10 12:00"),  # called off
    "T7": ("日常巡查", "20 18:00", "", 10, "", "", ""),  # not due
    "T8": ("商户走访", "12 18:00", "12 10:00", 6, 6, "12 09:00", ""),  # 600 s a shop
    "T10": ("入户走访", "12 18:00", "12 17:00", 10, 10, "12 09:00", ""),  # 2,880 s a home
    "T9": ("入户走访", "12 18:00", "12 10:00", 0, 0, "12 09:00", ""),  # no points on the list
}
LEGACY = (  # number, line, code, ours, share of ours, share of the older
    ("1", "综治", "ZZ1", "G001", 100, 40),  # whole
    ("2", "综治", "ZZ1", "G002", 98, 60),  # whole: 2 % is the line's width
    ("3", "综治", "ZZ2", "G002", 2, 1),  # a sliver
    ("4", "综治", "ZZ2", "G003", 60, 99),  # with ZZ3 the whole of G003: cut
    ("5", "综治", "ZZ3", "G003", 40, 100),
    ("6", "城管", "CG1", "G001", 70, 100),  # 30 % of G001 is nobody's
    ("7", "城管", "CG1", "G002", 80, 100),  # 80 + 40: claimed twice
    ("8", "城管", "CG2", "G002", 40, 80),
    ("9", "城管", "CG2", "", None, 20),  # given to nobody
)
OFFERS = {  # days of November: put up, taken, taken back, disputed
    "o1": ("01", "05", "", "0"),
    "o2": ("01", "15", "", "1"),  # to the day
    "o3": ("01", "16", "", ""),  # a day late; nobody was asked
    "o4": ("02", "", "", ""),
    "o5": ("02", "", "03", ""),  # taken back
    "o6": ("10", "", "", ""),  # due on the 24th
}
PATROL = """巡查单号;更新时间;发现时间;上传时间;问题编码;处置单位;属实;网格;自办;经度;纬度
W1;2026-11-10 09:05:00;2026-11-10 09:00:00;2026-11-10 09:01:00;XC315;交警中队;Y;G001;是;120.0735;30.3255
W2;2026-11-11 09:05:00;2026-11-11 09:00:00;2026-11-11 09:01:00;XC315;交警中队;Y;G001;否;120.0735;30.3255
W3;2026-11-12 09:05:00;2026-11-12 09:00:00;2026-11-12 09:01:00;XC315;交警中队;N;G001;是;120.0735;30.3255
"""
MERCHANTS = {"91A": ("甲餐饮", "餐饮业"), "91B": ("乙百货", "零售业")}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    files = {
        f"grid_patrol/grid_patrol_{STAMP}.csv": ("\ufeff" + PATROL).encode(),
        f"safety_survey/safety_survey_{STAMP}.csv": _survey().encode("gb18030"),
        f"patrol_task/patrol_task_{STAMP}.csv": ("\ufeff" + _tasks()).encode(),
        f"legacy_grid/legacy_grid_{STAMP}.xlsx": _legacy(),
        f"neighbour_exchange/neighbour_exchange_{STAMP}.jsonl": _offers(),
        f"enterprise/enterprise_{STAMP}.csv": _merchants().encode("gb18030"),
        f"merchant_rating/merchant_rating_{STAMP}.csv": _ratings(),
    }
    opened = open_module_town(tmp_path_factory.mktemp("rounds"), files, now=NOW)
    yield opened
    opened.close()


def _survey() -> str:
    lines = ["问卷编号,联系电话,访问时间,接通情况,安全感,满意度,网格编码,更新时间"]
    feelings = [*FEELINGS, *[""] * 6, "不安全"]
    for number, (call, feeling) in enumerate(zip(CALLS, feelings, strict=True), start=1):
        phone, day = (1, 18) if number == 22 else (number, 5)
        when = f"2026-11-{day:02d} 10:00:00"
        content = "基本满意" if 2 <= number <= 10 else "不满意" if number <= 13 else ""
        lines.append(f"S{number:02d},138{phone:08d},{when},{call},{feeling},{content},G001,{when}")
    for number in range(30, 35):
        lines.append(
            f"S{number},139{number:08d},2026-11-05 10:00:00,已接通,安全,满意,G060,2026-11-05 10:00:00"
        )
    return "\n".join([*lines, ""])


def _tasks() -> str:
    lines = [
        "任务编号;任务类型;网格编码;下达时间;完成时限;开始时间;完成时间;应到点数;签到点数;撤销时间;更新时间"
    ]
    for number, (kind, due, finished, points, signed, begun, off) in TASKS.items():
        due, begun, finished, off = (
            f"2026-11-{each}:00" if each else "" for each in (due, begun, finished, off)
        )
        told = off or finished or "2026-11-10 08:00:00"
        lines.append(
            f"{number};{kind};G001;2026-11-10 08:00:00;{due};{begun};{finished};{points};{signed};{off};{told}"
        )
    return "\n".join([*lines, ""])


def _legacy() -> bytes:
    head = "对照编号,条线,旧网格编码,现网格编码,占现网格比例,占旧网格比例,更新时间"
    return workbook("对照表", head, [(*row, "2026-11-01 09:00:00") for row in LEGACY])


def _offers() -> bytes:
    rows = []
    for number, (posted, taken, removed, dispute) in OFFERS.items():
        times = {
            name: _noon_ms(day)
            for name, day in (("posted", posted), ("taken", taken), ("removed", removed))
            if day
        }
        rows.append(
            {
                "offerId": number,
                "type": "TOOL",
                "grid": "G001",
                "dispute": dispute,
                **times,
                "modified": max(times.values()),
            }
        )
    return "\n".join(json.dumps(row) for row in rows).encode() + b"\n"


def _noon_ms(day: str) -> int:
    """Noon of a day of November in Shanghai."""
    return (
        int((datetime(2026, 11, int(day), 12) - timedelta(hours=8) - datetime(1970, 1, 1)).total_seconds())
        * 1_000
    )


def _merchants() -> str:
    lines = ["统一社会信用代码,名称,八类代码,行业,登记状态,成立日期,经度,纬度,网格编码,变更时间"]
    for code, (name, industry) in MERCHANTS.items():
        lines.append(f"{code},{name},street_shop,{industry},存续,2020-01-01,,,G001,2026-01-01 00:00:00")
    return "\n".join([*lines, ""])


def _ratings() -> bytes:
    lines = ["评价编号,统一社会信用代码,评价人账号,是否推荐,评价时间"]
    # 91A: residents 1-19 recommend, 20 does not; resident 1 recommended twice: the later rating counts.
    lines += [
        f"P{who},91A,u{who},{'推荐' if who < 20 else '不推荐'},2026-11-05 10:00:00" for who in range(1, 21)
    ]
    lines += [
        "P99,91A,u1,推荐,2026-11-06 10:00:00",
        "P98,91B,u2,,2026-11-06 10:00:00",
        "P97,91B,u3,推荐,2026-11-06 10:00:00",
    ]
    return "\n".join([*lines, "P96,91X,u4,推荐,2026-11-06 10:00:00", ""]).encode()


EXPECTED = {
    # 22 + 5 drawn, S01 left out
    "survey_asked_count": (26, 26, {"duplicate": 1}),
    "survey_refused_count": (1, 26, {"duplicate": 1}),
    # S02-S15, S22, S30-S34
    "survey_reached_pct": (100 * 20 / 26, 26, {"duplicate": 1}),
    # said: S02-S13, S22 and the five: 18; safe: S02-S12 and the five
    "survey_safe_pct": (100 * 16 / 18, 18, {"duplicate": 1}),
    # said: S02-S13 and the five; content: S02-S10 and the five
    "survey_content_pct": (100 * 14 / 17, 17, {"duplicate": 1}),
    # W1 of W1 and W2; W3 was not true, the police never settle by the grid
    "patrol_self_handled_pct": (50, 2, {}),
    # due on the 10th: T1-T5; T1 and T4 are done
    "patrol_done_pct": (40, 5, {"withdrawn": 1}),
    "merchant_visit_done_pct": (100, 1, {}),
    "home_visit_done_pct": (100, 1, {"no_points": 1}),
    "round_due_count": (7, 7, {"withdrawn": 1, "no_points": 1}),
    # T1, T4, T8, T10
    "round_done_pct": (400 / 7, 7, {"withdrawn": 1, "no_points": 1}),
    # handed in: T1, T2, T3, T4, T8, T10; T4 took 30 s a point
    "round_hasty_pct": (100 / 6, 6, {"withdrawn": 1, "no_points": 1}),
    # 9 + 8 + 10 + 10 + 6 + 10 of 10 + 10 + 10 + 10 + 10 + 6 + 10
    "round_signed_pct": (100 * 53 / 66, 66, {"withdrawn": 1, "no_points": 1}),
    # ZZ1, ZZ2, ZZ3, CG1, CG2
    "legacy_grid_count": (5, 5, {}),
    # two lines, 125 grids each: ZZ has G001 and G002 whole, G003 cut, 122 nobody's; CG claims G002 twice, 124 are partly nobody's
    "overlap_whole_pct": (100 * 2 / 250, 250, {}),
    "overlap_orphaned_count": (246, 250, {}),
    "overlap_contested_count": (1, 250, {}),
    # o1-o4 and o6 stand or were taken
    "exchange_count": (5, 5, {}),
    # due by the 20th: o1, o2 in time, o3 late, o4 never
    "exchange_matched_pct": (50, 4, {"withdrawn": 1}),
    "exchange_disputed_pct": (50, 2, {}),
    # twenty of 91A, P97 and P98
    "merchant_rating_count": (22, 22, {"duplicate": 1, "no_place": 1}),
    "merchant_liked_pct": (100 * 20 / 21, 21, {"duplicate": 1, "no_place": 1}),
    "merchant_rated_count": (2, 2, {"duplicate": 1, "no_place": 1}),
    # neither was ever coded
    "merchant_unfit_count": (2, 2, {"duplicate": 1, "no_place": 1}),
}


def _answer(store, metric, **options):
    scope = options.pop("scope", EVERYTHING)
    return fetch(
        Request(metric, filters=options.pop("filters", NOVEMBER), **options), scope=scope, store=store
    )


@pytest.mark.parametrize("metric", EXPECTED)
def test_the_number_is_what_a_pencil_says(store, metric):
    value, n, exclusions = EXPECTED[metric]
    answer = _answer(store, metric)
    assert answer.row["value"] == pytest.approx(value)
    assert (answer.row["n"], answer.exclusions) == (n, exclusions)


def test_who_was_not_reached_widens_the_bounds(store):
    # 16 safe of 26 drawn; eight said nothing: at least 16, at most 24
    row = _answer(store, "survey_safe_pct").row
    assert (row["lower"], row["upper"]) == pytest.approx((100 * 16 / 26, 100 * 24 / 26))


def test_five_people_of_a_community_are_not_told_nor_what_gives_them_away(store):
    frame = _answer(store, "survey_safe_pct", by=("community",)).frame
    # Told alone, the community of 13 would be the town less the five: neither is; nobody was asked elsewhere.
    assert frame["flag"].value_counts().to_dict() == {"no_data": 41, "suppressed": 2}
    assert frame["value"].isna().all()
    assert "suppressed" in set(_answer(store, "survey_safe_pct", by=("grid",)).frame["flag"])


def test_answers_are_listed_without_who_and_without_where_few_were_asked(store):
    rows = fetch_rows(Request("survey_safe_pct", filters=NOVEMBER), scope=EVERYTHING, store=store)
    assert sorted(rows["side_code"].value_counts().to_dict().items()) == [
        ("excluded", 1),
        ("safe", 16),
        ("unsafe", 2),
        ("unsaid", 8),
    ]
    assert not {"grid_id", "person_no", "resident_hash", "asked_at"} & set(rows.columns)
    assert rows[rows["survey_id"].str.contains("S3")]["told_area_id"].isna().all()


def test_grids_are_checked_line_by_line_and_a_line_that_told_nothing_is_unknown(store):
    request = Request("overlap_whole_pct", by=("grid", "line_code"))
    frame = fetch(request, scope=EVERYTHING, store=store).frame
    assert set(frame["line_code"]) == {"public_order", "city_management"}
    rows = fetch_rows(Request("overlap_whole_pct"), scope=EVERYTHING, store=store, limit=300)
    state = {
        (row.grid_id, row.line_code): (row.side_code, row.cut_count, row.covered_pct)
        for row in rows.itertuples()
    }
    assert state["G001", "public_order"] == ("whole", 1, 100)
    assert state["G002", "public_order"] == ("whole", 1, 100)
    assert state["G003", "public_order"] == ("cut", 2, 100)
    assert state["G001", "city_management"] == ("orphaned", 1, 70)
    assert state["G002", "city_management"] == ("contested", 2, 120)
    assert state["G003", "city_management"] == ("orphaned", 0, 0)
    area = store.execute("SELECT area_km2 FROM dim_area WHERE area_id = 'G002'", {})["area_km2"][0]
    assert _answer(store, "overlap_contested_km2", filters=Filters()).row["value"] == pytest.approx(
        0.2 * area
    )


def test_a_grid_counts_the_older_ones_that_cut_it(store):
    frame = _answer(store, "legacy_grid_count", by=("grid",), filters=Filters()).frame.set_index("grid")
    assert frame.loc["G001", "value"] == 2  # ZZ1, CG1
    assert frame.loc["G002", "value"] == 3  # ZZ1, CG1, CG2; ZZ2 is a sliver


def test_rounds_are_seen_by_grid(store):
    mine = Scope(area_ids=frozenset({"G002"}))
    assert _answer(store, "round_due_count", scope=mine).row["value"] in (0, None)
    assert (
        count_rows(Request("patrol_done_pct", filters=NOVEMBER), scope=EVERYTHING, store=store, side="hasty")
        == 1
    )


def test_a_merchant_is_recommended_by_the_least_its_ratings_may_mean(store):
    frame = fetch_listing(Listing("merchants_liked"), scope=EVERYTHING, store=store)
    # 91B has one rating: too few. Wilson, 19 of 20: (19 + 1.92 - 1.96 * sqrt(19 / 20 + 0.96)) / (20 + 3.84)
    assert frame["place_name"].tolist() == ["甲餐饮"]
    assert frame[["said_count", "liked_count"]].values.tolist() == [[20, 19]]
    assert frame["liked_low_pct"][0] == pytest.approx(76.4, abs=0.05)
    assert frame["colour_code"].tolist() == ["grey"]
