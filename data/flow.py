"""How the backlog got from one instant to another: came, closed, cancelled, reopened (流量恒等式)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.compile import row_tests
from data.connection import Store
from data.generation import Snapshot
from data.query import question_of
from data.question import Question
from data.request import Filters, Request, Scope

# An incident's last state is mart_incident's own; earlier closures that were taken back come from its steps.
# A cancelled case was never part of the backlog (open_count leaves it out): it comes and goes in the same moment.
EVENTS = """
WITH chosen AS (SELECT * FROM mart_incident AS source WHERE {tests}),
turned AS (
  SELECT s.incident_id, s.step_code, s.acted_at, c.closed_at,
    lag(s.step_code) OVER (PARTITION BY s.incident_id ORDER BY s.acted_at, s.step_code) AS code_before,
    lag(s.acted_at) OVER (PARTITION BY s.incident_id ORDER BY s.acted_at, s.step_code) AS at_before
  FROM mart_step AS s JOIN chosen AS c ON c.lead_report_id = s.report_id
  WHERE c.reopen_count > 0 AND s.step_code IN ('close', 'reopen')
),
taken_back AS (
  SELECT * FROM turned WHERE step_code = 'reopen' AND code_before = 'close' AND acted_at <= coalesce(closed_at, acted_at)
),
gone AS (
  SELECT first_signal_at, cancelled_code IS NOT NULL AS is_cancelled, CASE
    WHEN cancelled_code IS NOT NULL THEN first_signal_at
    WHEN closed_at IS NOT NULL THEN greatest(closed_at, first_signal_at) END AS gone_at
  FROM chosen
)
SELECT first_signal_at AS moved_at, 'came' AS move_code, 1 AS change FROM gone
UNION ALL
SELECT gone_at, CASE WHEN is_cancelled THEN 'cancelled' ELSE 'closed' END, -1 FROM gone WHERE gone_at IS NOT NULL
UNION ALL SELECT at_before, 'closed', -1 FROM taken_back
UNION ALL SELECT acted_at, 'reopened', 1 FROM taken_back
"""


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
    events = EVENTS.format(tests=" AND ".join(row_tests(question, of_metric=False) or ["true"]))
    moves = ", ".join(
        f"count(*) FILTER (WHERE move_code = '{code}' AND moved_at > $since_at AND moved_at <= $until_at)"
        for code in ("came", "closed", "cancelled", "reopened")
    )
    sql = (
        f"SELECT coalesce(sum(change) FILTER (WHERE moved_at <= $since_at), 0), {moves}, "
        f"coalesce(sum(change) FILTER (WHERE moved_at <= $until_at), 0) FROM ({events})"
    )
    bound = question.bind(sql, since_at=window[0], until_at=window[1])
    return Flow(*(int(each) for each in snapshot.rows(bound.sql, bound.params)[0]))
