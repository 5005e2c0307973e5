"""What every metric file must keep to; each claim has a twin that shows it catches a fault."""

from __future__ import annotations

import re
import warnings
from datetime import date
from pathlib import Path

import pytest

from data.catalogue import Catalogue, CatalogueError, catalogue
from data.settings import REPOSITORY
from tests.golden.expected import EXPECTED

ALL = catalogue()
NAME = re.compile(
    r"^[a-z]+(_[a-z0-9]+)*_(pct|count|minutes_p\d\d|minutes|hours|days|per_[a-z0-9_]+|yuan|score|index|points|km|km2|m2)$"
)


@pytest.fixture
def copied(tmp_path) -> Path:
    """A copy of the definition folders to spoil."""
    for folder in ("metrics", "rules", "marts", "entities"):
        (tmp_path / folder).mkdir()
        for path in (REPOSITORY / "data" / folder).glob("*.yaml"):
            (tmp_path / folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def _spoil(folder: Path, metric: str, old: str, new: str) -> None:
    path = folder / "metrics" / f"{metric}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def golden_cases() -> set[str]:
    """What the golden tests name: the spine's metrics in expected.py, a module's in a test of its own."""
    texts = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests" / "golden").glob("*.py")]
    return set(re.findall(r'"([a-z][a-z0-9_]+)"', " ".join(texts)))


def without_golden_case(metrics) -> list[str]:
    return sorted(set(metrics) - golden_cases())


def test_every_metric_has_a_golden_case_and_no_case_is_left_over():
    assert without_golden_case(ALL.metrics) == []
    assert sorted(set(EXPECTED) - set(ALL.metrics)) == []


def test_a_metric_without_a_golden_case_is_seen():
    assert without_golden_case([*ALL.metrics, "fresh_pct"]) == ["fresh_pct"]


@pytest.mark.parametrize("metric", ALL.metrics.values(), ids=lambda metric: metric.id)
def test_the_name_says_what_is_measured(metric):
    assert NAME.match(metric.id) or metric.id == "reports_per_incident"


def not_additive(metric, mart) -> bool:
    """Whether the formula looks at single rows of a mart that may be answered from sums."""
    formula = " ".join(filter(None, (metric.value, metric.sample, metric.hits, metric.lower, metric.upper)))
    inner = re.findall(r"(\w+)\(\s*([a-z_0-9*]+)\s*\)", formula)
    return mart.is_additive and any(
        name != "sum" or column not in mart.measures
        for name, column in inner
        if name not in ("coalesce", "nullif")
    )


@pytest.mark.parametrize(
    "metric",
    [each for each in ALL.metrics.values() if each.kind != "percentile"],
    ids=lambda metric: metric.id,
)
def test_the_formula_uses_sums_of_measures_only(metric):
    assert not not_additive(metric, ALL.mart(metric.model))


def test_a_formula_that_averages_is_seen():
    metric = ALL.metric("open_count").model_copy(update={"value": "avg(open_count)"})
    assert not_additive(metric, ALL.mart("mart_open"))


@pytest.mark.parametrize("metric", ALL.metrics.values(), ids=lambda metric: metric.id)
def test_rates_carry_an_interval_and_texts_are_in_both_languages(metric):
    assert (metric.interval == "wilson") == (metric.kind == "rate")
    for label in (metric.label, metric.meaning, metric.clocks, metric.exclusions, metric.unit):
        assert label.zh.strip() and label.en.strip()
    assert metric.format.format(12.3)


def test_the_promises_say_that_they_come_from_another_town():
    for name in ("discovery_registered_pct", "dispatch_within_sla_pct", "closure_within_sla_pct"):
        metric = ALL.metric(name)
        assert metric.limit
        assert "Yizhuang" in metric.reference.note.en and "亦庄" in metric.reference.note.zh


def test_no_metric_is_past_its_review():
    for metric in ALL.metrics.values():
        assert metric.reviewed < metric.next_review
        if metric.next_review < date.today():
            warnings.warn(f"{metric.id} was to be reviewed by {metric.next_review}", stacklevel=1)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: rate", "kind: ratio", "kind"),
        ("sum(in_time_count)", "sum(in_tim_count)", "did you mean 'in_time_count'"),
        ("model: mart_clock", "model: mart_clok", "did you mean 'mart_clock'"),
        ("sla.closure", "sla.closur", "did you mean 'sla.closure'"),
        ("direction: higher_is_better", "", "direction"),
        ("unit:", "units:", "units"),
        ("hits: sum(in_time_count)\n", "", "hits"),
    ],
)
def test_a_wrong_metric_file_is_refused_with_file_and_nearest_name(copied, old, new, words):
    _spoil(copied, "closure_within_sla_pct", old, new)
    with pytest.raises(CatalogueError) as error:
        Catalogue(copied)
    assert "closure_within_sla_pct.yaml" in str(error.value)
    assert words in str(error.value)


def test_an_unknown_metric_names_the_nearest():
    with pytest.raises(CatalogueError, match="did you mean 'closure_within_sla_pct'"):
        ALL.metric("closure_within_sla_pc")


def test_a_new_metric_is_one_file(copied):
    text = (copied / "metrics" / "open_overdue_count.yaml").read_text(encoding="utf-8")
    (copied / "metrics" / "late_share_pct.yaml").write_text(text, encoding="utf-8")
    assert Catalogue(copied).metric("late_share_pct").model == "mart_open"
