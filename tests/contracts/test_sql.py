"""The SQL models obey the house rules (scripts/check_sql.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.check_sql import find_faults

MODELS = Path(__file__).resolve().parents[2] / "etl" / "models"


def test_every_model_obeys():
    assert list(MODELS.rglob("*.sql")), "no models found: the test looks in the wrong place"
    assert find_faults(MODELS) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("core/a.sql", "SELECT x FROM t\n", "begins with `-- grain"),
        ("checks/a.sql", "SELECT x FROM t\n", "begins with `-- fail`"),
        ("mart/a.sql", "-- grain: one row per x\nSELECT * FROM t\n", "every column is named"),
        (
            "core/a.sql",
            "-- grain: one row per x\nSELECT x FROM a ASOF JOIN b ON a.t >= b.t\n",
            "does not translate",
        ),
        ("core/a.sql", "-- grain: one row per x\nSELECT x FROM a; SELECT y FROM b\n", "exactly one SELECT"),
        ("core/a.sql", "-- grain: one row per x\nDELETE FROM a\n", "exactly one SELECT"),
        ("core/a.sql", "-- grain: one row per x\nSELECT x FROM WHERE\n", "does not parse"),
        ("core/a.sql", "-- grain: one row per x\nSELECT x \nFROM a\n", "blanks at the end"),
    ],
)
def test_a_model_that_does_not_is_found(tmp_path, name, text, expected):
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    assert any(expected in fault for fault in find_faults(tmp_path))
