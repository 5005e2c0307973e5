"""Accounts and trail on the screen: each for its own role, changes with the own password, written down, told once."""

from __future__ import annotations

import json

import pytest

from access.accounts import Accounts, NewAccount
from access.audit import Audit, Event
from access.passwords import check_strength, make_password
from data.ops import Ops
from serve.admin import Refused, refuse_unknown, town_names
from tests.access.small_app import PASSWORD, serve_small_app
from tests.published import at, incident, open_store

NEW = {"action": "add", "name": "li.na", "role": "department", "label": "环卫所李娜", "departments": ["d1"]}


def _change(served, account: str = "operator", **told: object):
    return served.client(account).post("/admin/accounts", json={"confirm": PASSWORD, **told})


def _trail(served, action: str) -> list[tuple]:
    ops = Ops(served.home / "ops.sqlite")
    found = ops.rows("SELECT * FROM audit WHERE action_code = ? ORDER BY seq_no", [action])
    ops.close()
    return [(row["actor_name"], row["target_text"], row["detail_text"]) for row in found]


def test_an_account_is_added_once_and_its_password_opens_the_door(served):
    told = _change(served, **NEW)
    assert (told.status_code, told.json()["name"], told.headers["cache-control"]) == (
        200,
        "li.na",
        "no-store",
    )
    password = told.json()["password"]
    assert served.client().post("/login", data={"username": "li.na", "password": password}).status_code == 303
    assert _trail(served, "user_add") == [("operator", "li.na", "department")]
    assert password not in (served.home / "ops.sqlite").read_bytes().decode("latin-1")
    assert _change(served, **NEW).json() == {"error": "account 'li.na' exists already"}
    row = next(
        each
        for each in served.client("operator").get("/admin/accounts").json()["accounts"]
        if each["name"] == "li.na"
    )
    shown = ("label", "role", "areas", "departments", "is_active", "sessions")
    assert [row[name] for name in shown] == ["环卫所李娜", "department", None, ["d1"], True, 1]
    assert not {"password_hash", "account_id"} & set(row)


def test_a_closed_account_is_out_at_once_and_a_new_password_opens_it_again(served):
    analyst = served.client("analyst")
    assert analyst.get("/healthz").status_code == 200
    assert _change(served, action="disable", name="analyst").json() == {"name": "analyst"}
    assert analyst.get("/acknowledged").status_code in (302, 303, 401)
    password = _change(served, action="password", name="analyst").json()["password"]
    signed_in = served.client().post("/login", data={"username": "analyst", "password": password})
    assert signed_in.status_code == 303
    assert _trail(served, "user_disable") == [("operator", "analyst", "")]
    assert _trail(served, "user_passwd") == [("operator", "analyst", "")]


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"action": "disable", "name": "analyst", "confirm": "wrong"}, "confirm"),
        ({"action": "disable", "name": "Operator"}, "self"),
        ({"action": "password", "name": "operator"}, "self"),
        ({"action": "drop", "name": "analyst"}, "action"),
        ({**NEW, "name": "a\u202eb"}, "name"),
        ({**NEW, "label": "x" * 201}, "label"),
        ({**NEW, "departments": ["d1", 7]}, "departments"),
        ({**NEW, "departments": []}, "account 'li.na': a department user needs at least one department"),
        ({**NEW, "role": "root"}, "role 'root': one of"),
        ({**NEW, "name": "'; DROP TABLE account; --"}, "account name"),
        ({"action": "disable", "name": "nobody"}, "account 'nobody' does not exist"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(served, told, error):
    before = served.client("operator").get("/admin/accounts").json()["accounts"]
    answer = _change(served, **told)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)
    after = served.client("operator").get("/admin/accounts").json()["accounts"]
    known = ("name", "role", "is_active", "password_at")
    assert [[each[name] for name in known] for each in after] == [
        [each[name] for name in known] for each in before
    ]
    assert not any(_trail(served, action) for action in ("user_add", "user_disable", "user_passwd"))


def test_five_wrong_passwords_lock_the_desk_as_they_lock_the_door(served):
    for _ in range(5):
        assert _change(served, action="disable", name="analyst", confirm="wrong").status_code == 400
    assert _change(served, action="disable", name="analyst").status_code == 429
    assert served.client("analyst").get("/acknowledged").status_code == 200


def test_a_demonstration_operator_only_looks(served):
    ops = Ops(served.home / "ops.sqlite")
    ops.write("UPDATE account SET is_demo = 1 WHERE account_name = 'operator'")
    ops.close()
    assert served.client("operator").get("/admin/accounts").status_code == 200
    assert _change(served, **NEW).json() == {"error": "demo"}


@pytest.mark.parametrize("role", ["leader", "department", "grid_worker", "analyst", "auditor", "wall"])
def test_accounts_are_the_operators_alone(served, role):
    assert served.client(role).get("/admin/accounts").status_code == 403
    assert _change(served, role, **NEW).status_code == 403


def test_the_trail_is_the_auditors_paged_and_says_whether_the_chain_holds(served):
    ops = Ops(served.home / "ops.sqlite")
    trail = Audit(ops, json.loads(json.dumps("k" * 32)).encode())
    ops.write("DELETE FROM audit")
    for number in range(150):
        trail.record(Event("export" if number % 3 else "login", f"t{number}", "wang", "leader"))
    ops.close()
    assert served.client("operator").get("/admin/trail").status_code == 403
    auditor = served.client("auditor")
    first = auditor.get("/admin/trail").json()
    assert (len(first["rows"]), first["is_more"]) == (100, True)
    assert first["faults"], "rows sealed with another key are no chain of this home"
    rest = auditor.get(f"/admin/trail?before={first['rows'][-1]['seq_no']}").json()
    assert "faults" not in rest
    seen = [row["target_text"] for row in first["rows"] + rest["rows"] if row["actor_name"] == "wang"]
    assert seen == [f"t{number}" for number in range(149, -1, -1)]
    # of 0..149 every third is a sign-in: 50
    some = auditor.get("/admin/trail?actor=WANG&action=login").json()["rows"]
    assert len(some) == 50
    assert auditor.get("/admin/trail?before=1%20OR%201=1").status_code == 400


def test_made_passwords_satisfy_the_rule_and_never_repeat():
    made = {make_password() for _ in range(200)}
    assert len(made) == 200
    for each in made:
        check_strength(each, account_name="li.na")


def test_a_new_password_ends_sessions_of_that_account_only(served):
    ops = Ops(served.home / "ops.sqlite")
    Accounts(ops).add(NewAccount("zhao", "leader"), password=PASSWORD)
    ops.close()
    zhao, leader = served.client("zhao"), served.client("leader")
    _change(served, action="password", name="zhao")
    assert leader.get("/acknowledged").status_code == 200
    assert zhao.get("/acknowledged").status_code != 200


def test_ids_the_town_does_not_have_are_refused(tmp_path, accounts_file):
    (tmp_path / "data").mkdir()
    (tmp_path / "app").mkdir()
    seen = at("2026-11-20 09:00")
    store = open_store(tmp_path / "data", [incident(1, seen)], as_of_at=at("2026-11-20 10:00"))
    served = serve_small_app(tmp_path / "app", accounts_file, store=store)
    known = sorted(town_names(store)["department"])[0]
    assert _change(served, **NEW | {"departments": [known, "ghost"]}).json() == {"error": "unknown ghost"}
    assert _change(served, **NEW | {"departments": [known]}).status_code == 200
    assert served.client("operator").get("/admin/accounts").json()["names"]["department"][known]
    store.close()
    with pytest.raises(Refused, match="unknown g9"):
        refuse_unknown({"areas": {"g9"}, "departments": None}, {"area": {"g1": ()}, "department": {}})
