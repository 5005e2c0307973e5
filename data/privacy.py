"""Few people are not told (少数人不公开): which groups of an answer are kept back so that nobody can be made out.

A metric with `suppress_below: k` counts people. A group of fewer than k (but some) is not told, neither value nor n,
nor the smallest others that would give it away by subtraction (rule 2); `suppress_by: area`: only where an area cuts the answer.
A mart whose rows are people's (`person`: the column that tells them apart) is told more strictly:

1. Groups are judged by distinct people, and by the metric's own sample where that is smaller.
2. What is kept back must not follow from the rest: in every line of the answer (all groups that share the other keys)
   the smallest further groups are kept back too, until two or more are missing and together hold at least k people.
   So a total minus what is shown leaves a sum over at least two groups and k people.
3. Areas are told at two levels only, the town and the one above its grids (communities). Circles and grids cut
   communities; their difference could be a handful of people. A number for any other area is kept back as a whole.
4. Below the town no further dimension is told: twelve policies shown one by one would give the thirteenth cell away.
   Only time may go with an area; rule 2 holds along both.
5. A list of rows names the community only where k people share policy, month and community (`told`), and a list
   for one area holds only such rows.

6. Days and months of the whole town, by nothing else, are told as they are: they point at nobody.

What remains: two periods that overlap can be subtracted from each other. Whoever may open these pages is signed in, and
every question is in the audit trail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from data.compile import compile_people
from data.generation import Snapshot
from data.question import TIME_DIMENSIONS, Question
from data.request import EVERYTHING

Key = tuple
Record = tuple
Ask = Callable[[Question, Snapshot], tuple[list[Record], dict[str, int]]]
SUPPRESSED = (None, 0, None, None, None, None, "suppressed")


def keep_back(records: list[Record], question: Question, snapshot: Snapshot, *, ask: Ask) -> list[Record]:
    """Returns the records, those of too few people without their figures.

    Args:
        records: group keys, then value, n, low, high, lower, upper, flag.
        question: what was asked; its metric has `suppress_below`.
        snapshot: the generation the records come from.
        ask: returns the records of another question: an area by itself is told only where it is told among all.
    """
    width = len(question.request.by)
    keys = [record[:width] for record in records]
    if question.metric.suppress_by == "area" and not _is_of_an_area(question):
        hidden = set()
    elif not question.mart.person:
        least = question.metric.suppress_below
        hidden = hidden_groups({record[:width]: record[width + 1] for record in records}, least=least)
    elif is_of_the_town(question):
        hidden = set()
    elif not may_be_told(question, snapshot):
        hidden = set(keys)
    else:
        hidden = _few(records, question, snapshot) | _few_among_all(keys, question, snapshot, ask=ask)
    return [(*record[:width], *SUPPRESSED) if record[:width] in hidden else record for record in records]


def _is_of_an_area(question: Question) -> bool:
    """Whether an area, or what the asker may see, cuts the answer."""
    return bool(question.area_ids) or bool(
        set(question.request.by) & {*question.levels, "area_id", "grid_id"}
    )


def _few(records: list[Record], question: Question, snapshot: Snapshot) -> set[Key]:
    """Returns the groups of an answer to keep back, by distinct people, or by the sample where that is smaller."""
    width = len(question.request.by)
    counted = compile_people(question)
    people = {row[:width]: row[width] for row in snapshot.rows(counted.sql, counted.params)}
    groups = {record[:width]: min(record[width + 1], people.get(record[:width], 0)) for record in records}
    return hidden_groups(groups, least=question.metric.suppress_below)


def _few_among_all(keys: list[Key], question: Question, snapshot: Snapshot, *, ask: Ask) -> set[Key]:
    """Returns the groups of an answer for some areas that are kept back when all areas of their level are asked."""
    named = [each for ids in question.area_ids.values() for each in ids]
    # An area the town does not have is of no level, and has no rows to keep back.
    levels = _levels_of(snapshot, "list_contains($named, area_id)", {"named": named}) if named else ()
    by = question.request.by
    everywhere = replace(question.request.filters, area_id=None)
    found: set[Key] = set()
    for level in levels:
        is_grouped = level in by
        request = replace(question.request, by=by if is_grouped else (level, *by), filters=everywhere)
        whole = replace(question, request=request, scope=EVERYTHING, params={})
        hidden = _few(ask(whole, snapshot)[0], whole, snapshot)
        if is_grouped:
            found |= hidden & set(keys)
        else:
            found |= {key for key in keys if any((each, *key) in hidden for each in named)}
    return found


def hidden_groups(people: dict[Key, int], *, least: int) -> set[Key]:
    """Returns the groups to keep back: those of few people, and what would give them away (rule 2)."""
    hidden = {key for key, count in people.items() if 0 < count < least}
    lines = _lines(people)
    while True:
        further = {_next_of(line, people, hidden=hidden, least=least) for line in lines} - {None}
        if not further:
            return hidden
        hidden |= further


def _lines(people: dict[Key, int]) -> list[list[Key]]:
    """Returns groups that differ in one key only: each such line has a total that may be known."""
    lines: dict[tuple, list[Key]] = defaultdict(list)
    for key in people:
        for place in range(len(key)):
            lines[(place, *key[:place], *key[place + 1 :])].append(key)
    return list(lines.values())


def _next_of(line: list[Key], people: dict[Key, int], *, hidden: set[Key], least: int) -> Key | None:
    """Returns the smallest group of a line to be kept back as well; None when those hidden protect each other."""
    missing = [key for key in line if key in hidden]
    if not missing or (len(missing) > 1 and sum(people[key] for key in missing) >= least):
        return None
    rest = [key for key in line if key not in hidden and people[key] > 0]
    return min(rest, key=lambda key: (people[key], str(key)), default=None)


def is_of_the_town(question: Question) -> bool:
    """Whether the question is about the whole town, by nothing but time (rule 6)."""
    return (
        bool(question.request.by)
        and set(question.request.by) <= set(TIME_DIMENSIONS)
        and not (question.area_ids or _cuts(question))
    )


def may_be_told(question: Question, snapshot: Snapshot) -> bool:
    """Whether the question's areas are of the levels at which people's numbers are told, and nothing else cuts them."""
    levels = {name for name in question.request.by if name in question.levels}
    named = [each for ids in question.area_ids.values() for each in ids]
    if named:
        levels |= _levels_of(snapshot, "list_contains($named, area_id)", {"named": named})
    below = levels - _levels_of(snapshot, "parent_id IS NULL", {})
    above_grids = "area_id IN (SELECT parent_id FROM dim_area WHERE level_code = 'grid')"
    return not below or (below <= _levels_of(snapshot, above_grids, {}) and not _cuts(question))


def _cuts(question: Question) -> set[str]:
    """Returns the dimensions of the mart, time and areas apart, by which the question filters or groups."""
    asked = {*question.filters, *question.picked, *question.request.by}
    return (asked - {*question.levels, *TIME_DIMENSIONS}) & set(question.mart.dimensions)


def _levels_of(snapshot: Snapshot, test: str, params: dict[str, object]) -> set[str]:
    return {
        level for (level,) in snapshot.rows(f"SELECT DISTINCT level_code FROM dim_area WHERE {test}", params)
    }


def row_tests(question: Question) -> list[str]:
    """Returns tests that keep back rows whose area would tell too much (rule 5); none for other marts."""
    if not question.mart.told:
        return []
    question.params.update({name: list(ids) for name, ids in question.area_ids.items()})
    return [
        f"coalesce(list_contains(${name}, source.{question.mart.told}), false)" for name in question.area_ids
    ]
