"""One statement per asker, two in all, the rest in order; what is cancelled ends; nobody sees another's."""

from __future__ import annotations

import threading
import time

import pytest

from data.request import EVERYTHING
from serve.console.gate import Checked
from serve.console.process import Limits, run_child
from serve.console.runner import MOST_WAITING_PER_ASKER, Job, QueueFull, Runner

NOTHING = Checked("SELECT 1", frozenset(), frozenset(), frozenset())


def _job(actor: str) -> Job:
    return Job(actor, "analyst", EVERYTHING, "SELECT 1", NOTHING, {})


class Gated:
    """A runner whose work waits until it is let go; counts what ended."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.ended: list[str] = []
        self.runner = Runner(self._work, on_end=lambda job: self.ended.append(job.job_id))

    def _work(self, job: Job) -> dict:
        while not self.go.wait(0.01):
            if not job.is_wanted:
                return {"error": "cancelled"}
        return {"columns": [], "rows": []}

    def wait_for(self, *jobs: Job) -> None:
        limit = time.monotonic() + 20
        while any(job.job_id not in self.ended for job in jobs):
            assert time.monotonic() < limit, "it did not end"
            time.sleep(0.01)


@pytest.fixture
def gated():
    made = Gated()
    yield made
    made.go.set()


def test_one_per_asker_and_two_in_all(gated):
    jobs = [_job(actor) for actor in ("a", "a", "b", "c")]
    for job in jobs:
        gated.runner.submit(job)
    first_a, second_a, *_ = jobs
    assert [job.state for job in jobs] == ["running", "queued", "running", "queued"]
    assert [gated.runner.position(job) for job in jobs] == [0, 1, 0, 2]
    gated.go.set()
    gated.wait_for(*jobs)
    assert {job.state for job in jobs} == {"done"}
    assert len(gated.ended) == 4
    assert first_a.spent_ms >= 0
    assert second_a.ended_at >= first_a.ended_at


def test_too_many_of_one_asker_are_turned_away(gated):
    for _ in range(1 + MOST_WAITING_PER_ASKER):
        gated.runner.submit(_job("a"))
    with pytest.raises(QueueFull):
        gated.runner.submit(_job("a"))
    gated.runner.submit(_job("b"))


def test_a_waiting_one_leaves_at_once_and_a_running_one_ends(gated):
    running, waiting = _job("a"), _job("a")
    gated.runner.submit(running)
    gated.runner.submit(waiting)
    gated.runner.cancel(waiting)
    assert waiting.state == "cancelled"
    assert gated.runner.position(waiting) == 0
    gated.runner.cancel(running)
    gated.wait_for(running, waiting)
    assert running.state == "cancelled"
    assert sorted(gated.ended) == sorted([running.job_id, waiting.job_id])


def test_nobody_finds_the_job_of_another(gated):
    job = _job("a")
    gated.runner.submit(job)
    assert gated.runner.find(job.job_id, "a") is job
    assert gated.runner.find(job.job_id, "b") is None
    assert gated.runner.find("x", "a") is None


def test_work_that_breaks_frees_its_place():
    def broken(job: Job) -> dict:
        raise RuntimeError("secret inside")

    ended = []
    runner = Runner(broken, on_end=ended.append)
    first, second = _job("a"), _job("a")
    runner.submit(first)
    runner.submit(second)
    limit = time.monotonic() + 20
    while len(ended) < 2:
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert [job.answer for job in ended] == [{"error": "internal"}] * 2


ENDLESS = {"plan": [], "sql": "SELECT sum(sqrt(i)) FROM range(100000000000) AS t(i)", "params": {}}


def test_a_child_is_killed_when_its_time_is_over_and_when_cancelled():
    stages: list[str] = []
    limits = Limits(wall_s=0.8, cpu_s=5)
    found = run_child(ENDLESS, limits, on_stage=stages.append, is_cancelled=lambda: False)
    assert found == {"error": "time"}
    found = run_child(ENDLESS, Limits(wall_s=60), on_stage=stages.append, is_cancelled=lambda: bool(stages))
    assert found == {"error": "cancelled"}


def test_a_child_that_uses_up_its_processor_time_ends_by_itself():
    limits = Limits(wall_s=60, cpu_s=1)
    found = run_child(ENDLESS, limits, on_stage=lambda stage: None, is_cancelled=lambda: False)
    assert found == {"error": "time"}
