"""Limits are dated, cited and never edited."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data.catalogue import OWN_READER, Catalogue, CatalogueError, catalogue
from data.settings import REPOSITORY

ALL = catalogue()
RULE = """sla.closure:
  label: {{zh: 处置时限, en: Handling limit}}
  unit: minutes
  clock: calendar
  reference: {{title: a paper}}
  values: {values}
"""


def _rules(folder: Path, values: str) -> Catalogue:
    for name in ("metrics", "marts", "rules"):
        (folder / name).mkdir()
    (folder / "rules" / "sla.yaml").write_text(RULE.format(values=values), encoding="utf-8")
    return Catalogue(folder)


def test_the_promises_are_thirty_five_and_one_hundred_and_eighty_minutes():
    today = date(2026, 11, 22)
    assert [ALL.rule(f"sla.{name}", today) for name in ("discovery", "dispatch", "closure")] == [30, 5, 180]


def test_a_rule_changes_on_its_day_and_the_past_keeps_its_own(tmp_path):
    rules = _rules(tmp_path, "{2021-01-01: 240, 2026-06-01: 180}")
    assert rules.rule("sla.closure", date(2026, 5, 31)) == 240
    assert rules.rule("sla.closure", date(2026, 6, 1)) == 180


def test_a_day_before_the_first_value_is_an_error(tmp_path):
    with pytest.raises(CatalogueError, match=r"sla\.closure has no value on 2020-12-31"):
        _rules(tmp_path, "{2021-01-01: 240}").rule("sla.closure", date(2020, 12, 31))


@pytest.mark.parametrize("values", ["{2026-06-01: 180, 2021-01-01: 240}", "{}", "{soon: 3}"])
def test_dates_that_do_not_ascend_are_refused(tmp_path, values):
    with pytest.raises(CatalogueError, match=r"sla\.yaml"):
        _rules(tmp_path, values)


def test_an_unknown_rule_names_the_nearest():
    with pytest.raises(CatalogueError, match=r"did you mean 'sla\.closure'"):
        ALL.rule("sla.closur", date(2026, 1, 1))


def test_every_rule_says_where_it_comes_from():
    assert len(ALL.rules) >= 10
    for name, rule in ALL.rules.items():
        assert rule.reference.title, name
        assert rule.label.zh and rule.label.en, name


def test_no_rule_file_repeats_a_rule():
    names = [
        line.split(":")[0]
        for path in (REPOSITORY / "data" / "rules").glob("*.yaml")
        if not (text := path.read_text(encoding="utf-8")).startswith(OWN_READER)
        for line in text.splitlines()
        if line and not line[0].isspace() and not line.startswith("#")
    ]
    assert sorted(names) == sorted(set(names))
