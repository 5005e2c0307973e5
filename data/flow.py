"""How the backlog got from one instant to another: came, closed, cancelled, reopened (流量恒等式)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.compile import row_tests
from data.connection import Store
from data.generation import Snapshot
from data.months import Reach
from data.query import question_of
from data.question import Question
from data.request import Filters, Request, Scope

# An incident's last state is mart_incident's own; earlier closures that were taken back come from its steps.
# A cancelled case was never part of the backlog (open_count leaves it out): it comes and goes in the same moment.
CHANGES = """
WITH lived AS (
  SELECT first_signal_at AS came_at, cancelled_code IS NOT NULL AS is_cancelled, CASE
    WHEN cancelled_code IS NOT NULL THEN first_signal_at
    WHEN closed_at IS NOT NULL THEN greatest(closed_at, first_signal_at) END AS gone_at
  FROM mart_incident AS source WHERE {tests}
),
turned AS (
  SELECT s.step_code, s.acted_at, c.closed_at,
    lag(s.step_code) OVER (PARTITION BY s.incident_id ORDER BY s.acted_at, s.step_code) AS code_before,
    lag(s.acted_at) OVER (PARTITION BY s.incident_id ORDER BY s.acted_at, s.step_code) AS at_before
  FROM ({steps}) AS s JOIN (
    SELECT lead_report_id, incident_no, closed_at FROM mart_incident AS source WHERE reopen_count > 0 AND {tests}
  ) AS c ON c.incident_no = s.incident_no AND c.lead_report_id = s.report_id
  WHERE s.step_code IN ('close', 'reopen')
),
taken_back AS (
  SELECT at_before, acted_at FROM turned
  WHERE step_code = 'reopen' AND code_before = 'close' AND acted_at <= coalesce(closed_at, acted_at)
)
"""
# By kind of change: how many until the window began, and within it.
LIVED = ("came_at", "CASE WHEN NOT is_cancelled THEN gone_at END", "CASE WHEN is_cancelled THEN gone_at END")
TAKEN_BACK = ("at_before", "acted_at")
COUNTED = "count(*) FILTER (WHERE {at} <= $since_at), count(*) FILTER (WHERE {at} > $since_at AND {at} <= $until_at)"


@dataclass(frozen=True)
class Flow:
    """Cases open at the two ends of a window (since, until], and what happened in between."""

    open_before: int
    came: int
    closed: int
    cancelled: int
    reopened: int
    open_after: int

    @property
    def is_balanced(self) -> bool:
        """Whether open(A) = open(A-1) + in - closed - cancelled + reopened."""
        moved = self.came - self.closed - self.cancelled + self.reopened
        return self.open_after == self.open_before + moved


def fetch_flow(
    since_at: datetime, until_at: datetime, *, filters: Filters, scope: Scope, store: Store
) -> Flow | None:
    """Returns the flow between two instants, for the filters' area, source and kind (their period is not used).

    None: of an area or a department that is not the asker's.
    """
    request = Request("open_count", filters=filters.during(None, None))
    with store.reading() as snapshot:
        question = question_of(request, scope, snapshot)
        return None if question.is_outside else _flow(question, snapshot, (since_at, until_at))


def _flow(question: Question, snapshot: Snapshot, window: tuple[datetime, datetime]) -> Flow:
    # A month whose last act lies before the window, and of which nothing is open, has come and gone: it adds nothing.
    snapshot.look(reach=Reach(window[0], with_open=True, is_whole=True))
    tests = " AND ".join(row_tests(question, of_metric=False) or ["true"])
    lived, back = (", ".join(COUNTED.format(at=at) for at in ats) for ats in (LIVED, TAKEN_BACK))
    changes = CHANGES.format(tests=tests, steps=question.shipped["mart_step"])
    sql = f"{changes} SELECT * FROM (SELECT {lived} FROM lived) CROSS JOIN (SELECT {back} FROM taken_back)"
    bound = question.bind(sql, since_at=window[0], until_at=window[1])
    counts = [int(each) for each in snapshot.rows(bound.sql, bound.params)[0]]
    came, closed, cancelled, undone, reopened = (
        (counts[2 * each], counts[2 * each + 1]) for each in range(5)
    )
    before, after = (
        came[0] - closed[0] - cancelled[0] - undone[0] + reopened[0],
        came[1] - closed[1] - cancelled[1] - undone[1] + reopened[1],
    )
    return Flow(before, came[1], closed[1] + undone[1], cancelled[1], reopened[1], before + after)
