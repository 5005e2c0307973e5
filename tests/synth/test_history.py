"""History files: reproducible, in each feed's own format, with real feeds' defects, never looking ahead."""

from __future__ import annotations

import csv
import hashlib
import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from etl.synth.codes import UNKNOWN_CODE
from etl.synth.feedspec import SPECS, spec_of
from etl.synth.history import write_history
from etl.synth.incidents import Volume
from etl.synth.world import build_world
from tests.synth.conftest import NOW, STOWN, small_plan
from tests.synth.readings import KEY, is_sound, read_feed, sound_rows

REPORT_SPECS = [spec for spec in SPECS if not spec.is_step]
CODE_COLUMNS = {
    "police_110": ("警情类别代码", "管辖单位代码", "处警结果"),
    "fire_119": ("类型", "主管队站", "结果码"),
    "complaint_12345": ("contentType", "handlingUnit", "acceptance"),
    "citizen_report": ("type", "dept", "audit"),
    "grid_patrol": ("问题编码", "处置单位", "属实"),
    "video_alert": ("algorithm", "unit", "verdict"),
}


def digests(home) -> dict[str, str]:
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def declared(name: str) -> set[str]:
    with (STOWN / "codes" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return {row["source_code"] for row in csv.DictReader(handle)}


def test_the_same_seed_writes_the_same_bytes(small, tmp_path):
    write_history(small_plan(tmp_path), say=lambda text: None)
    first, second = digests(small.home), digests(tmp_path)
    assert len(first) > 30 and first == second


def test_another_seed_writes_other_files(small, tmp_path):
    write_history(small_plan(tmp_path, seed=6), say=lambda text: None)
    ours, theirs = digests(small.home), digests(tmp_path)
    same = {name for name in ours if ours[name] == theirs[name]}
    assert not [name for name in same if "police" in name or "truth" in name]


@pytest.mark.parametrize("spec", REPORT_SPECS, ids=lambda spec: spec.feed)
def test_every_true_report_is_delivered_once_received_and_no_other(small, spec):
    links = pd.read_parquet(small.home / "truth" / "links.parquet")
    true_keys = set(links.source_key[links.feed == spec.feed])
    found = set(sound_rows(small.home, spec))
    assert found <= true_keys
    # What is missing was told before the end but not registered or not exported yet.
    assert len(true_keys - found) <= max(4, 0.04 * len(true_keys))


@pytest.mark.parametrize("feed", CODE_COLUMNS)
def test_every_code_is_declared_but_for_a_few_unknown_ones(small, feed):
    rows = sound_rows(small.home, spec_of(feed)).values()
    for column, name in zip(CODE_COLUMNS[feed], ("category", "department", "outcome"), strict=True):
        found = {row[column] for row in rows} - {UNKNOWN_CODE}
        assert found and found <= declared(f"{feed}_{name}"), column


def test_city_management_codes_come_in_two_columns(small):
    rows = sound_rows(small.home, spec_of("city_management")).values()
    codes = {f"{row['大类代码']}-{row['小类代码']}" for row in rows if row["大类代码"] != UNKNOWN_CODE}
    assert codes <= declared("city_management_category")
    assert {code[:2] for code in codes} == {"01", "02"}


@pytest.mark.parametrize("feed", ["police_110", "city_management", "grid_patrol", "complaint_12345"])
def test_no_row_tells_what_happened_after_its_file_was_closed(small, feed):
    spec = spec_of(feed)
    planned = {"处置截止时间", "延期至", "deadline", "extendedTo"}
    slack = max((seconds for *_, seconds in spec.faults), default=0)
    checked = 0
    for name, row in read_feed(small.home, spec):
        end = datetime.strptime(name.rsplit("_", 1)[1][:14], "%Y%m%d%H%M%S")
        for column, value in row.items():
            text = str(value or "").replace("T", " ")[:19]
            if column in planned or not text.startswith("2026-0"):
                continue
            checked += 1
            assert (datetime.fromisoformat(text) - end).total_seconds() <= slack, (name, column)
    assert checked > 500


def test_rows_change_from_one_file_to_the_next_and_versions_only_grow(small):
    spec, versions = spec_of("police_110"), {}
    for _, row in read_feed(small.home, spec):
        versions.setdefault(row["接警单号"], []).append(row["最后更新时间"])
    several = [each for key, each in versions.items() if len(each) > 1 and re.fullmatch(KEY, key)]
    assert len(several) > 10
    assert all(each == sorted(set(each)) for each in several)


def test_a_police_call_handed_over_is_told_by_both_feeds_at_the_same_moment(small):
    calls = sound_rows(small.home, spec_of("police_110"))
    rows = {row["workOrderNo"]: row for row in sound_rows(small.home, spec_of("complaint_12345")).values()}
    gaps = []
    for call in calls.values():
        other = rows.get(call["移送单号"])
        if call["移送平台"] == "complaint_12345" and other:
            assert other["policeNo"] == call["接警单号"]
            theirs = datetime.fromisoformat(other["callTime"]).replace(tzinfo=None)
            gaps.append((theirs - datetime.fromisoformat(call["移送时间"])).total_seconds())
    assert len(gaps) >= 5 and np.median(gaps) == 0


def test_a_feed_in_a_skewed_spell_runs_ahead_of_the_reference_clock(small):
    calls = sound_rows(small.home, spec_of("police_110"))
    cases = sound_rows(small.home, spec_of("city_management"))
    gaps = [
        (
            datetime.fromisoformat(cases[call["移送单号"]]["上报时间"])
            - datetime.fromisoformat(call["移送时间"])
        ).total_seconds()
        for call in calls.values()
        if call["移送平台"] == "city_management" and call["移送单号"] in cases
    ]
    assert len(gaps) >= 3 and 119 <= np.median(gaps) <= 123


def test_returned_cases_are_logged_as_dispatch_return_dispatch(small):
    steps: dict[str, list] = {}
    for _, row in read_feed(small.home, spec_of("city_management_step")):
        steps.setdefault(row["案件编号"], []).append((row["时间"], row["环节"]))
    ways = ["".join(step for _, step in sorted(each) if step in "PT") for each in steps.values()]
    assert "PTP" in ways and set(ways) <= {"", "P", "PT", "PTP"}


def test_broken_rows_are_there_to_be_quarantined(tmp_path):
    write_history(small_plan(tmp_path, volume=Volume(1.5)), say=lambda text: None)
    broken = [
        (row[spec.key], spec.time and row[spec.time])
        for spec in REPORT_SPECS
        for _, row in read_feed(tmp_path, spec)
        if spec.format != "xml" and not is_sound(row, spec)
    ]
    assert any(not key for key, _ in broken)
    assert any(str(at).startswith("2026-13") for _, at in broken)


def test_without_differences_every_rate_is_proportional_to_its_exposure():
    world = build_world(STOWN, seed=5, town_seed=3301, is_null=True)
    usual = build_world(STOWN, seed=5, town_seed=3301)
    for domain in np.unique(world.category["domain"]):
        shares = world.place_weight[world.category["domain"] == domain]
        assert np.allclose(shares, shares[0])
    theft = world.codes().index("theft")
    assert (usual.place_weight[theft] / world.place_weight[theft]).max() > 1.8


def test_truth_and_feeds_have_the_papers_proportions(small):
    links = pd.read_parquet(small.home / "truth" / "links.parquet")
    per_day = len(links) / ((NOW - datetime(2026, 8, 31, 16, tzinfo=UTC).timestamp()) / 86_400) / 0.25
    assert 640 < per_day < 900  # about 690 over the five big feeds, and patrol and video besides
    assert 1.25 < len(links) / links.true_incident.nunique() < 1.45
    several = links.groupby("true_incident").feed.nunique() > 1
    assert 0.2 < several.mean() < 0.36
