"""A token's bucket: what was saved may be used at once, then the rate holds, and the wait told is the wait needed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from serve.api.limits import BURST_S, Buckets


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_the_rate():
    clock = Clock()
    buckets = Buckets(clock)
    # 60 a minute = 1 a second; ten seconds' worth may come at once.
    assert [buckets.take(1, per_minute=60) for _ in range(11)] == [0] * BURST_S + [1]
    assert buckets.take(2, per_minute=60) == 0, "another token has its own"
    clock.now = 1.0
    assert [buckets.take(1, per_minute=60), buckets.take(1, per_minute=60)] == [0, 1]


@given(st.integers(1, 6000), st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_never_more_than_the_rate_and_the_burst(per_minute, pauses):
    clock = Clock()
    buckets = Buckets(clock)
    let_in = 0
    for pause in pauses:
        clock.now += pause
        wait = buckets.take(1, per_minute=per_minute)
        let_in += wait == 0
        if wait:
            clock.now += wait
            assert buckets.take(1, per_minute=per_minute) == 0, "told too short a wait"
            let_in += 1
    assert let_in <= max(1.0, per_minute / 60 * BURST_S) + clock.now * per_minute / 60 + 1e-6
