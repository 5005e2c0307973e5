"""The explorer counts what the numbers count, under any selection, and never a row that is not the asker's."""

from __future__ import annotations

from collections import Counter

import pytest

from data.explore import open_view
from data.explore_cube import MEASURED, fetch_cross, fetch_cube, fetch_page
from data.explore_view import DIMENSIONS, View, parse_selection, parse_words
from data.query import fetch, fetch_rows
from data.request import EVERYTHING, Filters, Request, RequestError, Scope
from tests.published import GRIDS, ModuleTable, at, open_store, report
from tests.random_world import random_incidents

AS_OF_AT = at("2026-11-20 12:00")
SINCE = at("2026-11-03 00:00")
COLUMNS = {
    "category": "category_code",
    "feed": "feed_id",
    "department": "department_id",
    "severity": "severity_level",
    "area": "grid",
    "day": "date",
    "hour": "hour",
}
SELECTIONS = (
    "",
    "feed:police_110;hour:8-15",
    "category:noise|street;late:closed_late|open_late",
    "day:2026-11-05..2026-11-12;area:g1|-;severity:2|3",
    "stage:closed;repeat:2|3;department:d1",
    "category:no_such_code",
)
EVIL = (
    "g1') OR 1=1 --",
    "area:x' OR '1'='1;",
    "day:2026-11-01..2026-10-01",
    "day:2026-99-01..2026-99-02",
    "hour:3-99",
)


def _recurrence(rows):
    """Of the closed cases every third came back, every seventh has no place, every fifth is watched still."""
    texts = "incident_id feed_id category_code domain_code kind_code department_id grid_id rule_code excluded_code".split()
    types = dict.fromkeys(texts, "VARCHAR") | {"incident_no": "UBIGINT", "severity_level": "INTEGER"}
    types |= dict.fromkeys(("closed_at", "matured_at", "came_back_at"), "TIMESTAMP") | {
        "matured_date": "DATE"
    }
    known = []
    for row in rows:
        number = row["incident_no"]
        if row["closed_at"] is None or row["cancelled_code"] or number % 5 == 0:
            continue
        told = {name: row.get(name) for name in types}
        told |= {"matured_at": SINCE, "matured_date": SINCE.date(), "rule_code": None, "came_back_at": None}
        told |= {"came_back_at": SINCE} if number % 3 == 0 else {}
        known.append(told | {"excluded_code": "not_placed" if number % 7 == 0 else None})
    return ModuleTable("mart_recurrence", types, known)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    rows = random_incidents(11, 700, until=AS_OF_AT)
    for row in rows:
        row["report_count"] = 1 + row["incident_no"] % 4
        row["title_text"] = ("占道经营", "噪声扰民", None)[row["incident_no"] % 3]
        row["address_text"] = f"{row['incident_no'] % 9}号"
    # The extra reports come from another feed, place and hour than their incident: they are counted where they are.
    reports = [
        report(row, number=each, **({"feed_id": "citizen_report", "grid_id": "g2"} if each > 1 else {}))
        for row in rows
        for each in range(1, row["report_count"] + 1)
    ]
    opened = open_store(
        tmp_path_factory.mktemp("explore"),
        rows,
        as_of_at=AS_OF_AT,
        reports=reports,
        touched=frozenset(range(1, 60)),
        modules=[_recurrence(rows)],
    )
    yield opened
    opened.close()


def _view(store, unit="incident", scope=EVERYTHING, **known):
    view = View(unit, Filters(known.pop("since", None), **known.pop("filters", {})), **known)
    return open_view(view, scope=scope, store=store)


def _counted(table, name):
    return {code: count for code, count in zip(table.codes[name], table.totals[name], strict=True) if count}


@pytest.mark.parametrize("since", [None, SINCE])
@pytest.mark.parametrize("unit", ["incident", "report"])
@pytest.mark.parametrize("name", COLUMNS)
def test_every_dimension_adds_up_to_the_number_of_the_same_name(store, unit, name, since):
    asked = Request(f"{unit}_count", by=(COLUMNS[name],), filters=Filters(since))
    frame = fetch(asked, scope=EVERYTHING, store=store).frame
    known = {
        ""
        if row[0] is None or row[0] != row[0]
        else str(row[0]).removesuffix(" 00:00:00").removesuffix(".0"): row[1]
        for row in frame[[COLUMNS[name], "value"]].itertuples(index=False)
        if row[1]
    }
    assert _counted(_view(store, unit, since=since), name) == known


def test_the_standing_of_cases_and_both_rates_are_those_of_the_metrics(store):
    table = _view(store)
    frame = fetch(Request("open_count", by=("stage_code",)), scope=EVERYTHING, store=store).frame
    standing = {row.stage_code: row.value for row in frame.itertuples()}
    assert {code: n for code, n in _counted(table, "stage").items() if code != "closed"} == standing
    overdue = fetch(Request("open_overdue_count"), scope=EVERYTHING, store=store).row["value"]
    late = _counted(table, "late")
    suspended = store.execute(
        f"SELECT count(*) FROM {table.name} WHERE late = {table.codes['late'].index('suspended')} AND due <= $at",
        {"at": AS_OF_AT},
    ).iloc[0, 0]
    assert late["open_late"] + suspended == overdue
    cube = fetch_cube(table, "day", selection={}, store=store)
    for part, metric in (("h3", "closure_within_sla_pct"), ("ot", "on_time_closure_pct")):
        _, in_time, too_late = cube.parts[part].sum(axis=0)
        row = fetch(Request(metric), scope=EVERYTHING, store=store).row
        assert in_time + too_late == row["n"]
        assert 100 * in_time / row["n"] == pytest.approx(row["value"])


def test_what_came_back_is_what_the_number_says_and_the_rest_is_not_judged(store):
    known = _counted(_view(store), "recurred")
    row = fetch(Request("recurrence_pct"), scope=EVERYTHING, store=store).row
    assert known["back"] + known["settled"] == row["n"] > 0
    assert 100 * known["back"] / row["n"] == pytest.approx(row["value"])
    assert sum(known.values()) == _view(store).row_count
    assert "" not in known and known["watched"] > 0 < known["unplaced"]
    reports = _counted(_view(store, "report"), "recurred")
    cancelled = _counted(_view(store, "report"), "stage")["cancelled"]
    assert reports[""] == cancelled > 0  # a cancelled case is not asked whether it came back


@pytest.mark.parametrize("unit", ["incident", "report"])
@pytest.mark.parametrize("told", SELECTIONS)
def test_a_cube_is_what_counting_row_by_row_gives(store, told, unit):
    table, selection = _view(store, unit, since=SINCE), parse_selection(told)
    rows = store.execute(f"SELECT * FROM {table.name}")
    days = table.codes["day"]

    def fits(row, name):
        if name == "day":
            first, last = selection["day"][0].split("..")
            return first <= days[row.day] <= last
        return table.codes[name][getattr(row, name)] in selection[name]

    for active in DIMENSIONS:
        cube = fetch_cube(table, active, selection=selection, store=store)
        for part in (*DIMENSIONS, *MEASURED):
            if part == active:
                continue
            others = [name for name in selection if name not in (active, part)]
            expected = Counter(
                (getattr(row, active), getattr(row, part))
                for row in rows.itertuples()
                if all(fits(row, name) for name in others)
            )
            counts = cube.parts[part]
            assert {(a, b): counts[a, b] for a, b in zip(*counts.nonzero(), strict=True)} == expected


def test_a_cross_table_adds_up_in_both_directions(store):
    table, selection = _view(store, since=SINCE), parse_selection("hour:6-20")
    frame = fetch_cross(table, ("category", "month"), selection=selection, store=store)
    cells, rows, columns, whole = (frame[frame["level_no"] == level] for level in range(4))
    for measure in ("n", "weight", "h3_in", "h3_of", "ot_in", "ot_of"):
        total = whole[measure].iloc[0]
        assert cells[measure].sum() == rows[measure].sum() == columns[measure].sum() == total
    assert cells.groupby("k0")["n"].sum().to_dict() == rows.set_index("k0")["n"].to_dict()
    assert whole["n"].iloc[0] == fetch_page(table, selection, store=store, order="-at")[0] > 0
    nothing = fetch_cross(table, ("area",), selection=parse_selection("area:none"), store=store)
    assert nothing["n"].sum() == 0
    for by in ((), ("category", "category"), ("category", "feed", "day"), ("incident_id",)):
        with pytest.raises(RequestError):
            fetch_cross(table, by, selection={}, store=store)


def test_pages_do_not_overlap_and_follow_their_order(store):
    table = _view(store, since=SINCE)
    count, first = fetch_page(table, {}, store=store, order="-at", window=(0, 40))
    pages = [
        fetch_page(table, {}, store=store, order="-reports", window=(skip, 40))[1]
        for skip in range(0, count, 40)
    ]
    ids = [each for page in pages for each in page["incident_id"]]
    assert len(ids) == len(set(ids)) == count == table.row_count
    weights = [each for page in pages for each in page["weight"]]
    assert weights == sorted(weights, reverse=True)
    assert list(first["moment"]) == sorted(first["moment"], reverse=True)
    with pytest.raises(RequestError, match="order"):
        fetch_page(table, {}, store=store, order="title_text; DROP TABLE x")


def test_words_are_searched_in_titles_and_all_must_be_there(store):
    whole = _view(store)
    found = _view(store, words=parse_words("占道"))
    titles = fetch_page(found, {}, store=store, order="at", window=(0, 1000))[1]["title_text"]
    assert 0 < found.row_count < whole.row_count
    assert set(titles) == {"占道经营"}
    assert _view(store, words=parse_words("占道 噪声")).row_count == 0
    for written in ("占道、经营。", "占道，经营", "占道　经营"):
        assert _view(store, words=parse_words(written)).row_count == found.row_count
    numbered = _view(store, words=parse_words("7号"))
    assert 0 < numbered.row_count == _view(store, words=parse_words("７号")).row_count < whole.row_count
    for nothing in ("%", "_", "。", "占%", "佔道", "A" * 40):
        assert _view(store, words=parse_words(nothing)).row_count == 0
    assert _view(store, words=parse_words("%' OR 1=1 --")).row_count == 0


@pytest.mark.parametrize(
    ("metric", "side"), [("closure_within_sla_pct", "late"), ("open_count", ""), ("incident_count", "")]
)
def test_the_rows_behind_a_number_are_its_own(store, metric, side):
    rows = fetch_rows(
        Request(metric, filters=Filters(SINCE)), scope=EVERYTHING, store=store, limit=5000, side=side or None
    )
    table = _view(store, since=SINCE, metric=metric, side=side)
    ids = fetch_page(table, {}, store=store, order="at", window=(0, 5000))[1]["incident_id"]
    assert set(ids) == set(rows["incident_id"])
    assert len(ids) > 0
    with pytest.raises(RequestError, match="not incidents"):
        _view(store, metric="place_count")


SCOPES = [
    Scope(area_ids=frozenset({"g1"})),
    Scope(area_ids=frozenset({"c1"})),
    Scope(department_ids=frozenset({"d2"})),
    Scope(area_ids=frozenset({"c2"}), department_ids=frozenset({"d1"})),
    Scope(area_ids=frozenset()),
]


@pytest.mark.parametrize("scope", SCOPES, ids=str)
@pytest.mark.parametrize("unit", ["incident", "report"])
def test_nobody_counts_or_reads_foreign_rows(store, scope, unit):
    for known in (
        {},
        {"metric": "open_count"},
        {"filters": {"area_id": "g3"}},
        {"filters": {"area_id": "town"}},
    ):
        table = _view(store, unit, scope, **known)
        areas, departments = set(_counted(table, "area")), set(_counted(table, "department"))
        mine = {grid for grid, community in GRIDS.items() if {grid, community} & set(scope.area_ids or ())}
        assert scope.area_ids is None or areas <= mine
        assert scope.department_ids is None or departments <= scope.department_ids
        allowed = _view(store, unit, **known).row_count
        assert table.row_count < allowed or table.row_count == 0
    asked = Request(f"{unit}_count")
    assert _view(store, unit, scope).row_count == (fetch(asked, scope=scope, store=store).row["value"] or 0)


@pytest.mark.parametrize("unit", ["incident", "report"])
@pytest.mark.parametrize(
    "filters",
    [
        {"feed_id": "citizen_report"},
        {"area_id": "c1"},
        {"department_id": "d2", "severity_level": 3},
        {"area_id": "no"},
    ],
    ids=str,
)
def test_a_filter_above_the_charts_counts_as_the_number_does(store, unit, filters):
    table = _view(store, unit, since=SINCE, filters=filters)
    row = fetch(
        Request(f"{unit}_count", filters=Filters(SINCE, **filters)), scope=EVERYTHING, store=store
    ).row
    assert table.row_count == (row["value"] or 0)
    assert sum(table.totals["stage"]) == table.row_count
    if unit == "incident":
        left_out = fetch_rows(
            Request("incident_count", filters=Filters(SINCE, **filters)),
            scope=EVERYTHING,
            store=store,
            limit=5000,
            side="excluded",
        )
        assert table.excluded_count == len(left_out)


def test_a_view_of_one_asker_is_never_handed_to_another(store):
    wide, narrow = _view(store), _view(store, scope=SCOPES[0])
    kept = open_view(View("incident", Filters()), scope=SCOPES[0], store=store, serial=wide.serial)
    assert kept.name == narrow.name != wide.name


@pytest.mark.parametrize(
    "told", [*EVIL, "unheard:1", "feed:a;feed:b", "feed:" + "|".join(map(str, range(2000))), "feed:"]
)
def test_what_cannot_be_meant_is_refused(told):
    with pytest.raises(RequestError):
        parse_selection(told)


def test_a_selection_is_read_as_the_browser_writes_it():
    read = parse_selection("hour:8-10;feed:b|a;area:-;day:2026-11-01..2026-11-03")
    assert read == {
        "day": ("2026-11-01..2026-11-03",),
        "hour": ("8", "9", "10"),
        "area": ("",),
        "feed": ("a", "b"),
    }
    with pytest.raises(RequestError):
        parse_words("很" * 41)
