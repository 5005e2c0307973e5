"""Rows: what a visitor sees comes from the session, never from anything the browser sends."""

from __future__ import annotations

import pytest

from access.context import NoVisitor, current_scope
from tests.access.small_app import call_body

CALLS = "/_dash-update-component"
SEEN = {
    "leader": "alpha beta gamma",
    "department": "alpha gamma",
    "grid_worker": "alpha beta",
    "grid2": "gamma",
}


@pytest.mark.parametrize(("account", "rows"), SEEN.items())
def test_each_sees_his_rows_only(served, account, rows):
    client = served.client(account)
    for key in ("home", "cases"):
        answer = client.post(CALLS, json=call_body(key)).json()["response"]
        assert next(iter(answer.values()))["children"] == rows


@pytest.mark.parametrize("account", ["department", "grid_worker", "grid2"])
def test_nothing_sent_widens_the_rows(served, account):
    client = served.client(account)
    foreign = {"alpha", "beta", "gamma"} - set(SEEN[account].split())
    views = [
        {"path": "/", "search": "?area=grid-2&area=grid-1&department=d2"},
        {"path": "/", "search": "", "scope": None, "area_ids": ["grid-1", "grid-2"], "role": "leader"},
        {"path": "/", "user": "leader", "account_id": 1},
    ]
    for key in ("home", "cases"):
        for view in views:
            body = call_body(key)
            body["inputs"][0]["value"] = view
            text = client.post(CALLS, json=body, headers={"x-user": "leader", "x-role": "leader"}).text
            assert not any(word in text for word in foreign), (key, view)


def test_answers_are_shared_within_a_scope_only(served):
    body = call_body()
    for account in ("leader", "analyst", "grid_worker", "grid2", "department", "leader", "grid_worker"):
        text = served.client(account).post(CALLS, json=body).json()
        rows = text["response"]["home-card-value"]["children"]
        assert rows == SEEN.get(account, SEEN["leader"])
    # leader and grid_worker came twice with the same question: computed once each.
    assert served.calls == ["leader", "analyst", "grid_worker", "grid2", "department"]


def test_there_is_no_scope_outside_a_request():
    with pytest.raises(NoVisitor):
        current_scope()
