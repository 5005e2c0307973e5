"""What is explored (探索视图): a view of incidents or reports, what is selected in it, and the codes of its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from data.request import ID_FORM, Filters, RequestError

UNITS = ("incident", "report")
# What is drawn and selected, in the order of the screen. Every code list begins with the unknown (empty) one.
DIMENSIONS = (
    "day",
    "hour",
    "area",
    "category",
    "feed",
    "department",
    "stage",
    "late",
    "severity",
    "repeat",
    "recurred",
)
STAGES = "to_dispatch to_accept handling to_check to_close suspended closed cancelled".split()
LATE = "open_in_time open_late closed_in_time closed_late suspended no_limit not_counted".split()
SEVERITIES = ("1", "2", "3", "4", "5")
REPEATS = ("1", "2", "3", "4-5", "6+")
RECURRED = ("back", "settled", "watched", "unplaced")
FIXED = {
    "hour": tuple(str(hour) for hour in range(24)),
    "stage": ("", *STAGES),
    "late": ("", *LATE),
    "severity": ("", *SEVERITIES),
    "repeat": ("", *REPEATS),
    "recurred": ("", *RECURRED),
}
UNKNOWN = "-"  # how the address writes the unknown code
RANGE = re.compile(r"(\d{1,2})-(\d{1,2})")
DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
MOST_VALUES = 1500
LONGEST_WORDS = 40
SEPARATORS = re.compile(
    r"[,;，。、；！？]"
)  # between words, as people write them; a mark alone is searched for


@dataclass(frozen=True)
class View:
    """Which rows are explored.

    Attributes:
        unit: incidents (cancelled ones left out, as their count does) or reports (all of them).
        filters: period and base filters; what is selected in the charts is not among them.
        metric: the rows behind this number only; empty for none.
        side: one side of that number's rows.
        words: searched in titles and addresses, all of them.
    """

    unit: str
    filters: Filters
    metric: str = ""
    side: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A view's rows as small integers, in memory; `codes` say what the integers of a dimension stand for.

    Attributes:
        name: its qualified name.
        day_count: how many days one bin of `day` holds (long histories are binned).
        serial: which opening of a generation it was made from.
        excluded_count: cancelled incidents of the same view, which are not among the rows.
    """

    name: str
    unit: str
    row_count: int
    codes: dict[str, tuple[str, ...]]
    serial: int
    generation: int
    as_of_at: datetime
    first_date: date | None = None
    day_count: int = 1
    excluded_count: int = 0
    totals: dict[str, list[int]] = field(default_factory=dict)
    cubes: dict = field(default_factory=dict, compare=False, repr=False)

    def where(self, selection: Mapping[str, tuple[str, ...]], *, without: tuple[str, ...] = ()) -> str:
        """Returns the test of what is selected, leaving some dimensions out; codes are integers of our own."""
        tests = []
        for name, values in selection.items():
            if name in without:
                continue
            if name == "day":
                tests.append(self._days(values[0]))
                continue
            index = {code: place for place, code in enumerate(self.codes[name])}
            places = sorted(index[value] for value in values if value in index)
            tests.append(f"{name} IN ({', '.join(map(str, places))})" if places else "false")
        return " AND ".join(tests) or "true"

    def _days(self, text: str) -> str:
        if self.first_date is None:
            return "false"
        first, last = (date.fromisoformat(each) for each in text.split(".."))
        bins = [(each - self.first_date) // timedelta(days=self.day_count) for each in (first, last)]
        return f"day BETWEEN {max(0, bins[0])} AND {bins[1]}" if bins[1] >= 0 else "false"


def parse_selection(text: str) -> dict[str, tuple[str, ...]]:
    """Returns what `feed:police_110|fire_119;hour:8-12;day:2026-11-01..2026-11-10` selects, in the dimensions' order.

    Raises:
        RequestError: no such dimension, one named twice, a value of a wrong form, or too many.
    """
    found = {}
    for part in [each for each in text.split(";") if each]:
        name, _, told = part.partition(":")
        if name not in DIMENSIONS or name in found:
            raise RequestError(f"x = {part[:80]!r}: no dimension of the explorer, or named twice")
        found[name] = _values(name, told)
    return {name: found[name] for name in DIMENSIONS if name in found}


def _values(name: str, told: str) -> tuple[str, ...]:
    if name == "day":
        return _days(told)
    hours = RANGE.fullmatch(told) if name == "hour" else None
    if hours:
        return _hours(int(hours[1]), int(hours[2]))
    values = told.split("|")
    if not 0 < len(values) <= MOST_VALUES or not all(_is_value(name, each) for each in values):
        raise RequestError(f"x = '{name}:{told[:60]}': expected ids joined by |")
    return tuple(sorted({"" if each == UNKNOWN else each for each in values}))


def _days(told: str) -> tuple[str, ...]:
    days = DAYS.fullmatch(told)
    try:
        ascends = days is not None and date.fromisoformat(days[1]) <= date.fromisoformat(days[2])
    except ValueError:
        ascends = False
    if not ascends:
        raise RequestError(f"x = 'day:{told[:60]}': expected day:2026-11-01..2026-11-07")
    return (told,)


def _hours(first: int, last: int) -> tuple[str, ...]:
    if not first <= last <= 23:
        raise RequestError(f"x = 'hour:{first}-{last}': expected hours from 0-23")
    return tuple(str(hour) for hour in range(first, last + 1))


def _is_value(name: str, value: str) -> bool:
    if name in FIXED:
        return value in FIXED[name] or (value == UNKNOWN and name != "hour")
    return value == UNKNOWN or ID_FORM.fullmatch(value) is not None


def parse_words(text: str) -> tuple[str, ...]:
    """Returns the words to search for.

    Raises:
        RequestError: too long.
    """
    if len(text) > LONGEST_WORDS:
        raise RequestError(f"q: {len(text)} characters, at most {LONGEST_WORDS}")
    words = SEPARATORS.sub(" ", text.lower()).split()
    return tuple(dict.fromkeys(words or text.lower().split()))
