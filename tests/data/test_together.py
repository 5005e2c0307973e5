"""Numbers asked together are what they are apart: value, sample, interval, bounds, flag and ledger."""

from __future__ import annotations

import pandas as pd
import pytest

from data.answers import answers_of, forget_answers
from data.catalogue import catalogue
from data.generation import Snapshot
from data.period import parse_period
from data.query import fetch
from data.request import EVERYTHING, Filters, Request, RequestError, Scope
from data.together import bundles, fetch_together
from tests.published import at, open_store
from tests.random_world import random_incidents, reports_of

AS_OF_AT = at("2026-11-20 14:37")
SPINE = ("mart_clock", "mart_count", "mart_incident", "mart_open", "mart_segment")
METRICS = [name for name, metric in catalogue().metrics.items() if metric.model in SPINE]
GROUPINGS = ((), ("feed_id",), ("community",), ("date", "hour"))
SCOPES = (EVERYTHING, Scope(area_ids=frozenset({"c1"}), department_ids=frozenset({"d1"})))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    incidents = random_incidents(11, 900, until=AS_OF_AT)
    earlier = {
        row["incident_no"]: row | {"closed_at": None, "is_open": row["cancelled_code"] is None}
        for row in incidents[::30]
    }
    changed = {"reports": reports_of(incidents), "touched": frozenset(earlier), "earlier": earlier}
    opened = open_store(tmp_path_factory.mktemp("together"), incidents, as_of_at=AS_OF_AT, **changed)
    yield opened
    opened.close()


def _answerable(requests: list[Request], *, scope: Scope, store) -> dict[Request, object]:
    found = {}
    for request in requests:
        try:
            found[request] = fetch(request, scope=scope, store=store)
        except RequestError:
            continue  # this metric has no such dimension
    return found


@pytest.mark.slow
@pytest.mark.parametrize("scope", SCOPES, ids=["everything", "some"])
@pytest.mark.parametrize("by", GROUPINGS, ids="+".join)
@pytest.mark.parametrize("period", ["24h", "28d", "2026-11-03..2026-11-09"])
def test_together_is_apart(period, by, scope, store):
    window = Filters(*parse_period(period, as_of_at=AS_OF_AT, zone=store.zone))
    filters = (
        window if scope is EVERYTHING else Filters(window.since_at, window.until_at, feed_id="police_110")
    )
    forget_answers(store)
    apart = _answerable([Request(name, by=by, filters=filters) for name in METRICS], scope=scope, store=store)
    forget_answers(store)
    for bundle in bundles(apart):
        fetch_together(bundle, scope=scope, store=store)
    shared = [request for request in apart if (store.serial(), scope, request, None) in answers_of(store)]
    assert shared or by == ("date", "hour")
    for request in shared:
        mine, alone = fetch(request, scope=scope, store=store), apart[request]
        pd.testing.assert_frame_equal(mine.frame, alone.frame, obj=request.metric)
        assert mine.exclusions == alone.exclusions, request.metric
        assert (mine.as_of_at, mine.ignored) == (alone.as_of_at, alone.ignored)


def test_what_cannot_share_stands_alone():
    same = Filters(feed_id="police_110")
    asked = [
        Request("dispatch_within_sla_pct", filters=same),
        Request("handle_minutes_p90", filters=same),
        Request("closure_within_sla_pct", filters=same),
        Request("closure_within_sla_pct"),
    ]
    together = sorted(sorted(each.metric for each in bundle) for bundle in bundles(asked))
    assert together == [
        ["closure_within_sla_pct"],
        ["closure_within_sla_pct", "dispatch_within_sla_pct"],
        ["handle_minutes_p90"],
    ]


def test_the_percentiles_of_a_segment_are_read_off_the_same_durations(store, monkeypatch):
    names = [name for name in METRICS if name.startswith(("dispatch_minutes_p", "handle_minutes_p"))]
    asked, original = [], Snapshot.arrays
    monkeypatch.setattr(Snapshot, "arrays", lambda *given: asked.append(given) or original(*given))
    forget_answers(store)
    for bundle in bundles([Request(name) for name in names]):
        fetch_together(bundle, scope=EVERYTHING, store=store)
    assert len(names) > len(asked) == 2
