"""Signing in and out: what a session is worth, how long, and how often one may guess."""

from __future__ import annotations

import pytest

from access.accounts import Accounts, NewAccount
from access.audit import Audit
from access.incoming import COOKIE
from access.passwords import hash_password, verify_password
from access.sessions import ABSOLUTE_S, IDLE_S, WALL_ABSOLUTE_S, Sessions
from access.signin import Locked, SignIn
from access.signin_routes import local_path
from data.ops import Ops
from tests.access.small_app import PASSWORD, call_body

KEY = b"k" * 32


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ops(tmp_path):
    ops = Ops(tmp_path / "ops.sqlite")
    accounts = Accounts(ops)
    for name, role in (("boss", "leader"), ("screen", "wall")):
        accounts.add(NewAccount(name, role), password=PASSWORD)
    yield ops
    ops.close()


def sign_in(client, name, password=PASSWORD, **more):
    return client.post("/login", data={"username": name, "password": password, **more})


def test_signing_in_and_out(served):
    client = served.client()
    assert client.get("/_dash-layout").status_code == 401
    answer = sign_in(client, "leader", next="/cases?period=7d")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases?period=7d")
    cookie = answer.headers.get_list("set-cookie")[0]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie
    assert client.get("/_dash-layout").status_code == 200
    kept = client.cookies[COOKIE]
    assert client.get("/logout").status_code == 200
    assert client.post("/logout").status_code == 303
    client.cookies.set(COOKIE, kept)
    assert client.get("/_dash-layout").status_code == 401


def test_a_planted_cookie_does_not_become_a_session(served):
    victim = served.client()
    planted = served.client("wall").cookies[COOKIE]
    victim.cookies.set(COOKIE, planted)
    sign_in(victim, "leader")
    attacker = served.client()
    attacker.cookies.set(COOKIE, planted)
    assert attacker.get("/cases").status_code == 401
    unknown = "A" * 43
    victim = served.client()
    victim.cookies.set(COOKIE, unknown)
    answer = sign_in(victim, "leader")
    assert unknown not in answer.headers["set-cookie"]


def test_signing_in_tells_nothing_about_accounts(served):
    answers = [
        sign_in(served.client(), name, password)
        for name, password in (("leader", "Wrong-pass-1"), ("nobody-here", "Wrong-pass-1"), ("", ""))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize("name", ["leader", "nobody-here"])
def test_five_wrong_lock_the_name_whether_it_exists_or_not(served, name):
    client = served.client()
    for _ in range(5):
        assert sign_in(client, name, "Wrong-pass-1").status_code == 401
    locked = sign_in(client, name, PASSWORD)
    assert locked.status_code == 429
    assert locked.headers["retry-after"] == "900"
    assert sign_in(client, "analyst").status_code == 303


def test_a_lock_ends_after_a_quarter_of_an_hour(ops, clock):
    door = SignIn(ops, Audit(ops, KEY, clock), key=KEY, clock=clock)
    for _ in range(5):
        assert door.with_password("boss", "nope", source="a") is None
    with pytest.raises(Locked):
        door.with_password("BOSS ", PASSWORD, source="b")
    clock.now += 15 * 60 + 1
    assert door.with_password("boss", PASSWORD, source="b")


def test_spraying_many_names_locks_the_source_only(ops, clock):
    door = SignIn(ops, Audit(ops, KEY, clock), key=KEY, clock=clock)
    for number in range(20):
        assert door.with_password(f"name-{number}", "nope", source="a") is None
    with pytest.raises(Locked):
        door.with_password("boss", PASSWORD, source="a")
    assert door.with_password("boss", PASSWORD, source="b")


def test_a_session_ends_when_idle_and_when_old(ops, clock):
    sessions = Sessions(ops, clock)
    boss = Accounts(ops).find("boss")["account_id"]
    token = sessions.start(boss, source="a")
    clock.now += IDLE_S - 1
    assert sessions.find(token, source="a")
    clock.now += IDLE_S + 1
    assert sessions.find(token, source="a") is None
    assert ops.row("SELECT count(*) AS n FROM session")["n"] == 0
    token = sessions.start(boss, source="a")
    for _ in range(ABSOLUTE_S // 600):
        assert sessions.find(token, source="a")
        clock.now += 600
    clock.now += 1
    assert sessions.find(token, source="a") is None


def test_what_the_page_does_by_itself_keeps_no_session_alive(ops, clock):
    sessions = Sessions(ops, clock)
    token = sessions.start(Accounts(ops).find("boss")["account_id"], source="a")
    for _ in range(IDLE_S // 60):
        assert sessions.find(token, source="a", is_active=False)
        clock.now += 60
    clock.now += 1
    assert sessions.find(token, source="a", is_active=False) is None


def test_the_wall_stays_signed_in_for_a_week_without_a_touch(ops, clock):
    sessions = Sessions(ops, clock)
    token = sessions.start(Accounts(ops).find("screen")["account_id"], source="a")
    clock.now += WALL_ABSOLUTE_S - 1
    assert sessions.find(token, source="a")
    clock.now += 2
    assert sessions.find(token, source="a") is None


def test_closing_an_account_ends_its_sessions_at_once(served):
    client = served.client("leader")
    assert client.get("/").status_code == 200
    ops = Ops(served.home / "ops.sqlite")
    Accounts(ops).disable("leader")
    ops.close()
    assert client.get("/").status_code == 401
    assert sign_in(served.client(), "leader").status_code == 401


def test_only_digests_are_kept(served):
    client = served.client()
    sign_in(client, "leader")
    ops = Ops(served.home / "ops.sqlite")
    tables = [ops.rows(f"SELECT * FROM {table}") for table in ("account", "session", "attempt", "audit")]
    text = str([tuple(row) for rows in tables for row in rows])
    ops.close()
    assert PASSWORD not in text
    assert client.cookies[COOKIE] not in text


@pytest.mark.parametrize(
    "target",
    [
        *("//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", ""),
        *("/%0d%0aset-cookie:x", "\\\\evil", "/\tevil", "/ok\r\nx: y", "http:/evil", "///evil", "/é"),
        "/" + "x" * 3000,
    ],
)
def test_next_leads_nowhere_else(served, target):
    location = sign_in(served.client(), "leader", next=target).headers["location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\n" not in location
    assert local_path(target) in ("/", target)


def test_the_language_switch(served):
    client = served.client()
    assert 'lang="zh-CN"' in client.get("/login").text
    page = client.get("/login?lang=en&next=/cases").text
    assert 'lang="en"' in page
    assert 'value="/cases"' in page
    assert 'name="username"' in page
    assert 'name="password"' in page
    assert 'lang="zh-CN"' in client.get("/login?lang=xx").text


def test_hostile_text_in_next_is_only_text(served):
    page = served.client().get('/login?next=/"><script>alert(1)</script>').text
    assert "<script" not in page


def test_a_demonstration_link_signs_in_until_it_is_replaced(served):
    ops = Ops(served.home / "ops.sqlite")
    door = SignIn(ops, Audit(ops, KEY), key=KEY)
    leader = Accounts(ops).find("leader")["account_id"]
    first = door.issue_link(leader)
    client = served.client()
    answer = client.get(f"/login?demo={first}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/").status_code == 200
    second = door.issue_link(leader)
    assert served.client().get(f"/login?demo={first}").status_code == 401
    assert served.client().get(f"/login?demo={second}").status_code == 303
    assert first not in str([tuple(row) for row in ops.rows("SELECT * FROM demo_link")])
    ops.close()


def test_passwords_are_kept_as_scrypt():
    kept = hash_password(PASSWORD)
    assert kept.startswith("scrypt$32768$8$1$")
    assert verify_password(PASSWORD, kept)
    assert not verify_password(PASSWORD + "x", kept)


def test_odd_forms_are_answered_without_a_server_error(served):
    client = served.client()
    form = {"content-type": "application/x-www-form-urlencoded"}
    for body in (
        b"",
        b"username",
        b"\xff=\xfe",
        b"&".join([b"a=1"] * 500),
        b"username=%00&password=%ff",
        b"=" * 8000,
    ):
        assert client.post("/login", content=body, headers=form).status_code in (400, 401), body[:20]
    assert client.post("/login", json=call_body()).status_code == 415
