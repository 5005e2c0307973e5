"""The staff register becomes counts: people once, shared areas seen, neither keys nor names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from data.town import TownError
from etl.staff import read_staff

HEAD = "worker_key,name,role_code,area_id,from,to\n"
ROWS = "W1,王一,lead,G1,2025-01-01,\nW1,王一,lead,G2,2025-01-01,\nW2,李二,lead,G3,2025-01-01,2025-12-31\n"


@dataclass
class Town:
    folder: Path


def read(folder: Path, text: str):
    (folder / "staff.csv").write_text(HEAD + text, encoding="utf-8")
    return read_staff(Town(folder), area_ids={"G1", "G2", "G3"})


def test_a_person_with_two_areas_counts_once_and_is_shared(tmp_path):
    staff = read(tmp_path, ROWS)
    assert staff["worker_count"].sum() == 3
    assert staff["person_count"].sum() == 2
    assert staff.set_index("area_id")["shared_count"].to_dict() == {"G1": 1, "G2": 1, "G3": 0}
    assert set(staff["valid_to"]) == {date(2025, 12, 31), date(2999, 12, 31)}


def test_neither_keys_nor_names_are_published(tmp_path):
    staff = read(tmp_path, ROWS)
    assert {"worker_key", "name"}.isdisjoint(staff.columns)
    assert not staff.isin(["王一", "李二", "W1", "W2"]).any().any()


def test_a_town_without_a_register_has_no_rows(tmp_path):
    assert read_staff(Town(tmp_path), area_ids=set()).empty


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("W1,x,lead,G9,2025-01-01,\n", "area_id = 'G9'"),
        ("W1,x,lead,G1,01.02.2025,\n", "from = '01.02.2025'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, row, said):
    with pytest.raises(TownError, match=said):
        read(tmp_path, row)
