"""Every published column is described once, with its unit, and is published with the type it is said to have."""

from __future__ import annotations

import re

import pytest

from data.catalogue import catalogue
from data.dictionary import ColumnError, column, read_columns
from data.generation import VIEWS

COLUMNS = read_columns()
TYPES = {
    "text": {"VARCHAR"},
    "instant": {"TIMESTAMP"},
    "date": {"DATE"},
    "boolean": {"BOOLEAN"},
    "integer": {
        "INTEGER",
        "BIGINT",
        "UBIGINT",
        "HUGEINT",
        "DOUBLE",
    },  # a CSV's column with gaps comes as DOUBLE
    "number": {"DOUBLE", "BIGINT", "INTEGER"},
    "list": {"VARCHAR[]"},
}
UNIT_OF_SUFFIX = {
    "_count": "count",
    "_pct": "pct",
    "_minutes": "minutes",
    "_hours": "hours",
    "_days": "days",
    "_yuan": "yuan",
    "_per_1000": "per_1000",
    "_m2": "m2",
    "_s": "seconds",
    "_ms": "milliseconds",
    "_hour": "hour",
    "_level": "level",
    "_m": "m",
    "_km": "km",
    "_km2": "km2",
    "_score": "none",
}
# Numbers that measure nothing, or whose name is the measure; and why.
NO_SUFFIX = {
    "lon": "a coordinate",
    "lat": "a coordinate",
    "hour": "a rollup's own key",
    "minutes": "the unit is the name",
    "ratio": "without unit",
    "score": "without unit",
    "link_score": "without unit",
    "exposure": "differs by domain",
    "rate": "per exposure",
    "town_rate": "per exposure",
    "limit_value": "limit_unit says it",
    "incident_no": "a key",
    "row_no": "a key",
    "load_id": "a key",
    "last_load_id": "a key",
    "quarantine_id": "a key",
    "generation": "a key",
    "payer_no": "a key",
    "person_no": "a key",
    "indicator_value": "the indicator says it",
    "base_value": "the indicator says it",
    "base_spread": "the indicator says it",
    "direction": "a sign",
    "link_weight": "a rule's own weight",
    "growth_ratio": "without unit",
    "low_ratio": "without unit",
    "high_ratio": "without unit",
    "share_ratio": "without unit",
    "spread_ratio": "without unit",
    "least_ratio": "without unit",
    "wide_ratio": "without unit",
    "exceed_ratio": "without unit",
}
NOT_YET_TYPED = {
    "INTEGER",
    '"NULL"',
}  # what DuckDB gives a column that is empty in every row of an empty town


@pytest.fixture(scope="module")
def published(empty_town) -> list[tuple[str, str, str]]:
    """(table, column, type) of everything a town without a single file publishes."""
    store, _ = empty_town
    with store.reading() as snapshot:
        for view in VIEWS:  # made when first named
            snapshot.rows(f"SELECT * FROM {view} LIMIT 0")
        return snapshot.rows(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE "
            "table_catalog = 'memory' AND table_schema IN (SELECT unnest(current_schemas(false))) ORDER BY ALL"
        )


def undescribed(published) -> list[str]:
    return sorted({f"{table}.{name}" for table, name, _ in published if name not in COLUMNS})


def test_every_published_column_is_described(published):
    assert len(published) > 300
    assert undescribed(published) == []


def test_a_column_nobody_described_is_seen(published):
    assert undescribed([*published, ("mart_incident", "mood_text", "VARCHAR")]) == ["mart_incident.mood_text"]


def test_no_description_is_left_over(published):
    # A mart may compute a column when it is asked; its rows are listed with it.
    listed = {name for mart in catalogue().marts.values() for name in mart.listed}
    assert sorted(set(COLUMNS) - {name for _, name, _ in published} - listed) == []


def untold(columns) -> list[str]:
    return sorted(
        name for name, each in columns.items() if not re.search(r"[\u4e00-\u9fff]", each.meaning_zh)
    )


def test_every_column_says_in_chinese_what_it_means():
    # A Chinese screen shows it in the console's schema browser.
    assert untold(COLUMNS) == []
    english = COLUMNS["closed_at"].model_copy(update={"meaning_zh": "last closure"})
    assert untold(COLUMNS | {"closed_at": english}) == ["closed_at"]


def mistyped(published) -> list[str]:
    return [
        f"{table}.{name}: {kind}, described as {COLUMNS[name].type}"
        for table, name, kind in published
        if name in COLUMNS
        and kind not in TYPES[COLUMNS[name].type] | NOT_YET_TYPED
        and (table, name)
        != ("dim_domain", "exposure")  # names the column that mart_risk.exposure holds the value of
    ]


def test_columns_have_the_type_they_are_said_to_have(published):
    assert mistyped(published) == []


def test_a_wrong_type_is_seen():
    assert mistyped([("mart_incident", "closed_at", "DATE")]) == [
        "mart_incident.closed_at: DATE, described as instant"
    ]


def without_unit(columns) -> list[str]:
    wrong = []
    for name, each in columns.items():
        if each.type not in ("integer", "number") or name in NO_SUFFIX:
            continue
        suffix = next((end for end in UNIT_OF_SUFFIX if name.endswith(end)), None)
        if suffix is None or UNIT_OF_SUFFIX[suffix] != each.unit:
            wrong.append(name)
    return wrong


def test_the_suffix_of_a_measure_is_its_unit():
    assert without_unit(COLUMNS) == []
    assert sorted(set(NO_SUFFIX) - set(COLUMNS)) == []


def test_a_measure_without_a_unit_is_seen():
    spoiled = COLUMNS["lag_minutes"].model_copy(update={"unit": "seconds"})
    assert without_unit({"lag_minutes": spoiled, "handling_time": COLUMNS["lag_minutes"]}) == [
        "lag_minutes",
        "handling_time",
    ]


def test_suffixes_say_the_type():
    for name, each in COLUMNS.items():
        for start, end, kind in (
            ("is_", "", "boolean"),
            ("", "_at", "instant"),
            ("", "_date", "date"),
            ("", "_code", "text"),
        ):
            if name.startswith(start) and name.endswith(end):
                assert each.type == kind, name


def test_free_text_of_people_is_graded_personal():
    assert all(
        COLUMNS[name].grade >= 3 for name in ("title_text", "description_text", "address_text", "value_text")
    )


def test_an_unknown_column_names_the_nearest_and_a_double_is_refused(tmp_path):
    with pytest.raises(ColumnError, match="did you mean 'closed_at'"):
        column("closd_at")
    line = 'closed_at: {type: instant, unit: none, zh: 结案, en: Closed, meaning: "x", meaning_zh: "结案时刻", grade: 1}\n'
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(line, encoding="utf-8")
    with pytest.raises(ColumnError, match=r"b\.yaml: column 'closed_at' is described twice"):
        read_columns(tmp_path)
