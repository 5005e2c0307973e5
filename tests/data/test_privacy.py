"""What is kept back cannot be had by subtraction, and not more than that is kept back."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from data.privacy import hidden_groups

LEAST = 10
COUNTS = st.integers(0, 40)


def _hidden_of(line: dict, hidden: set) -> list[int]:
    return [count for key, count in line.items() if key in hidden]


@given(st.lists(COUNTS, max_size=12))
@settings(deadline=None)
def test_what_a_total_leaves_is_never_one_small_group(counts):
    people = {(number,): count for number, count in enumerate(counts)}
    hidden = hidden_groups(people, least=LEAST)
    assert all(key in hidden for key, count in people.items() if 0 < count < LEAST)
    missing = _hidden_of(people, hidden)
    others = [count for key, count in people.items() if key not in hidden and count]
    assert not missing or not others or (len(missing) > 1 and sum(missing) >= LEAST)


@given(st.lists(st.lists(COUNTS, min_size=4, max_size=4), min_size=2, max_size=5))
@settings(deadline=None)
def test_in_a_table_the_same_holds_along_every_line(table):
    people = {(row, column): count for row, line in enumerate(table) for column, count in enumerate(line)}
    hidden = hidden_groups(people, least=LEAST)
    lines = defaultdict(dict)
    for (row, column), count in people.items():
        lines["row", row][row, column] = count
        lines["column", column][row, column] = count
    for line in lines.values():
        missing = _hidden_of(line, hidden)
        others = [count for key, count in line.items() if key not in hidden and count]
        assert not missing or not others or (len(missing) > 1 and sum(missing) >= LEAST)


def test_one_small_group_takes_the_smallest_other_with_it():
    people = {("a",): 4, ("b",): 50, ("c",): 12, ("d",): 0}
    assert hidden_groups(people, least=LEAST) == {("a",), ("c",)}


def test_enough_small_groups_protect_each_other():
    people = {("a",): 4, ("b",): 6, ("c",): 12}
    assert hidden_groups(people, least=LEAST) == {("a",), ("b",)}


def test_nothing_is_kept_back_without_small_groups():
    assert hidden_groups({("a",): 10, ("b",): 0}, least=LEAST) == set()
    assert hidden_groups({(): 9}, least=LEAST) == {()}
