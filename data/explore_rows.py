"""SQL of an explorer's rows (编码行): the view's own rows, and each with its dimensions as small integers in one pass."""

from __future__ import annotations

from data.compile import row_tests
from data.explore_search import word_tests
from data.explore_view import RECURRED, View
from data.generation import Snapshot
from data.question import Question

Codes = dict[str, tuple[str, ...]]

# The question whose tests (scope, area, base filters) hold for the rows of a unit, where their time stands, and their texts.
ASKED = {"incident": "unlocated_pct", "report": "report_count"}
AT = {"incident": "first_signal_at", "report": "reported_at"}
# Handling time in bins of a fifth of an octave: 1 = under a minute, ends_minutes = 2^((bin - 1) / 5); +100: not ended yet.
TIME_BINS = 100
SHARED = (
    "incident_no month_id feed_id category_code domain_code department_id grid_id severity_level first_signal_at "
    "registered_at dispatched_at handled_at closed_at due_at limit_start_at is_three_hour is_self_handled is_suspended "
    "is_handling_recorded cancelled_code stage_code report_count"
).split()
OWN = {
    "incident": f"{', '.join(SHARED)}, first_signal_at AS moment, signal_date AS day_date, signal_hour AS hour",
    "report": "incident_no, month_id, feed_id, category_code, department_id, grid_id, severity_level, reported_at AS moment, "
    "reported_date AS day_date, reported_hour AS hour, hash(report_id) AS no, CAST(is_lead AS INTEGER) AS weight, is_lead",
}
# Standing as of the instant the generation holds for: what a feed that is ahead knows of later closures is not shown yet.
STAGE = """CASE WHEN cancelled_code IS NOT NULL THEN 'cancelled' WHEN closed_at <= $as_of_at THEN 'closed'
    WHEN closed_at IS NULL THEN stage_code WHEN handled_at <= $as_of_at THEN 'to_close' ELSE 'handling' END"""
LATE = """CASE WHEN cancelled_code IS NOT NULL THEN 'not_counted' WHEN is_suspended THEN 'suspended'
    WHEN due_at IS NULL THEN 'no_limit'
    WHEN closed_at <= $as_of_at THEN CASE WHEN closed_at <= due_at THEN 'closed_in_time' ELSE 'closed_late' END
    WHEN due_at <= $as_of_at THEN 'open_late' ELSE 'open_in_time' END"""
REPEAT = "CASE WHEN {0} <= 3 THEN {0} WHEN {0} <= 5 THEN 4 ELSE 5 END"
# Whether a closed case came back within its window (definitions 3.5), as the day's build judged it; the rest is not judged yet.
BACK = "mart_recurrence"
BACK_CODE = "CASE WHEN excluded_code IS NOT NULL THEN 'unplaced' WHEN came_back_at IS NULL THEN 'settled' ELSE 'back' END"
CODED = {"area": "grid_id", "category": "category_code", "feed": "feed_id", "department": "department_id"}
# Standing against a limit, matured by as-of: 0 not judged, 1 in time, 2 late.
JUDGED = "(CASE WHEN eligible_count = 1 AND due_at <= $as_of_at THEN 2 - in_time_count ELSE 0 END)::UTINYINT"
WATCHED = "least(coalesce(minutes, 'inf'), epoch($as_of_at - start_at) / 60)"
SPENT = f"""(CASE WHEN excluded_code IS NOT NULL OR start_at > $as_of_at THEN 0
    ELSE least({TIME_BINS}, CASE WHEN {WATCHED} < 1 THEN 1 ELSE 2 + floor(5 * log2({WATCHED})) END)
        + CASE WHEN stop_at <= $as_of_at THEN 0 ELSE {TIME_BINS} END END)::UTINYINT"""
CLOCKS = {
    "h3": ("mart_clock_handle", JUDGED),
    "ot": ("mart_clock_on_time", JUDGED),
    "spent": ("mart_segment_dispatch_handle", SPENT),
}


def kept(view: View) -> str:
    """Returns the test of the rows that are shown: incidents without the cancelled, as their count; all behind a number."""
    return "cancelled_code IS NULL" if view.unit == "incident" and not view.metric else "true"


def own_tests(view: View, question: Question) -> list[str]:
    """Returns the tests of a view's rows; the rows behind a number have its own period instead of one."""
    at, filters = AT[view.unit], view.filters
    tests = [
        f"source.{at} <= $as_of_at",
        *row_tests(question, of_metric=False),
        *word_tests(view.words, question),
    ]
    if view.metric:
        return tests
    tests += [f"source.{at} >= $since_at"] if filters.since_at else []
    return tests + ([f"source.{at} < $until_at"] if filters.until_at else [])


def coded_sql(unit: str, *, rows: str, codes: Codes, snapshot: Snapshot) -> str:
    """Returns SQL of the compact rows of a unit; `rows` are the view's own."""
    if unit == "incident":
        names = {name: f"CASE WHEN cancelled_code IS NULL THEN {name} ELSE 0 END" for name in CLOCKS}
        names |= {"no": "incident_no", "weight": "report_count"}
        timed = _recurred(_timed(rows, [*SHARED, "moment", "day_date", "hour"], snapshot), snapshot)
        return f"SELECT {_coded(names, codes)} FROM ({timed})"
    # Reports take their standing from their incidents; the times of an incident count once, at its first report.
    since = f"SELECT {', '.join(SHARED)} FROM mart_incident WHERE first_signal_at >= $since"
    whole = _recurred(_timed(since, SHARED, snapshot), snapshot)
    words = f"{STAGE} AS stage_word, {LATE} AS late_word"
    told = f"SELECT incident_no, due_at, {words}, report_count, recurred, {', '.join(CLOCKS)} FROM ({whole})"
    names = {"no": "no", "weight": "weight", "stage": "stage_word", "late": "late_word"}
    names |= {name: f"CASE WHEN is_lead THEN {name} ELSE 0 END" for name in CLOCKS}
    return f"SELECT {_coded(names, codes)} FROM ({rows}) JOIN ({told}) USING (incident_no)"


def _timed(rows: str, columns: list[str], snapshot: Snapshot) -> str:
    """Returns SQL of incidents with three clocks, each by the SELECT that was published with the generation.

    Such a SELECT hands `incident_id` through untouched, so it carries the whole row as a struct: laid over each other
    the three read the rows once and join nothing.
    """
    held = list(columns)
    for name, (select, told) in CLOCKS.items():
        whole = ", ".join(f"{each} := {each}" for each in held)
        carried = f"SELECT *, struct_pack({whole}) AS incident_id FROM ({rows})"
        clock = f"WITH mart_incident AS ({carried}) {snapshot.opened.shipped[select]}"
        rows = f"SELECT unnest(incident_id), {told} AS {name} FROM ({clock})"
        held.append(name)
    return rows


def _recurred(rows: str, snapshot: Snapshot) -> str:
    """Returns SQL of incidents with whether each came back; unknown without the table that says so."""
    modules = snapshot.opened.modules
    if modules is None or BACK not in modules.paths:
        return f"SELECT *, 0::UTINYINT AS recurred FROM ({rows})"
    places = f"list_position({list(RECURRED)}, {BACK_CODE})::UTINYINT"
    watched = f"CASE WHEN cancelled_code IS NULL THEN {RECURRED.index('watched') + 1} ELSE 0 END"
    return f"""SELECT own.*, coalesce(back_place, {watched})::UTINYINT AS recurred FROM ({rows}) AS own
    LEFT JOIN (SELECT incident_no AS back_no, {places} AS back_place FROM {BACK}) ON back_no = own.incident_no"""


def _coded(names: dict[str, str], codes: Codes) -> str:
    """Returns the columns of a compact row; `names` says what stands for some of them."""
    places = ", ".join(
        f"{_place(name, column)}::{_kind(codes[name])} AS {name}" for name, column in CODED.items()
    )
    clocks = ", ".join(f"({names[name]})::UTINYINT AS {name}" for name in CLOCKS)
    return f"""{names["no"]} AS no, moment, due_at AS due,
    ((day_date - $first_date) // $day_count)::USMALLINT AS day, hour::UTINYINT AS hour, {places},
    {_place("stage", names.get("stage", STAGE))}::UTINYINT AS stage, {_place("late", names.get("late", LATE))}::UTINYINT AS late,
    coalesce(severity_level, 0)::UTINYINT AS severity, ({REPEAT.format("report_count")})::UTINYINT AS repeat, recurred, {clocks},
    ({names["weight"]})::USMALLINT AS weight"""


def _place(name: str, word: str) -> str:
    """Returns where a word stands in the view's list of codes, from 0; the first code is the unknown one."""
    return f"coalesce(list_position(${name}_codes, {word}) - 1, 0)"


def _kind(codes: tuple[str, ...]) -> str:
    return "UTINYINT" if len(codes) <= 256 else "USMALLINT"
