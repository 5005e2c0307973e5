"""Accounts, passwords, the secret key, and the command line that keeps them."""

from __future__ import annotations

import io
import json
import os

import pytest

from access.__main__ import main
from access.accounts import AccountError, Accounts, NewAccount
from access.demo import demo_accounts
from access.passwords import WeakPassword, check_strength
from access.policy import ROLES
from access.secret import WeakSecret, load_secret
from data.ops import Ops

GOOD = "Long-enough-4-all"


@pytest.fixture
def ops(tmp_path):
    ops = Ops(tmp_path / "ops.sqlite")
    yield ops
    ops.close()


@pytest.mark.parametrize(
    "password",
    [
        *("Short-1a", "alllowercaseletters", "lower-case-only", "Password12", "P@ssw0rd123", "Qwerty1234!"),
        *("Boss-boss-12", "Admin12345", "x" * 201, ""),
    ],
)
def test_weak_passwords_are_refused(password):
    with pytest.raises(WeakPassword):
        check_strength(password, account_name="boss")


@pytest.mark.parametrize("password", [GOOD, "correct horse Battery", "三墩镇-Cockpit2026-晨", "aB3$efghij"])
def test_strong_passwords_pass(password):
    check_strength(password, account_name="boss")


def test_an_account_bound_to_rows_must_name_them(ops):
    accounts = Accounts(ops)
    for new in (
        NewAccount("g", "grid_worker"),
        NewAccount("grid", "grid_worker"),
        NewAccount("grid", "grid_worker", area_ids=frozenset()),
        NewAccount("dep", "department"),
        NewAccount("any", "chief"),
        NewAccount("a b", "leader"),
    ):
        with pytest.raises(AccountError):
            accounts.add(new, password=GOOD)
    accounts.add(NewAccount("boss", "leader"), password=GOOD)
    with pytest.raises(AccountError, match="exists already"):
        accounts.add(NewAccount("BOSS", "leader"), password=GOOD)


def test_the_last_five_passwords_are_not_used_again(ops):
    accounts = Accounts(ops)
    accounts.add(NewAccount("boss", "leader"), password=f"{GOOD}0")
    for number in range(1, 5):
        accounts.set_password("boss", f"{GOOD}{number}")
    for number in range(5):
        with pytest.raises(WeakPassword, match="one of the last 5"):
            accounts.set_password("boss", f"{GOOD}{number}")
    accounts.set_password("boss", f"{GOOD}5")
    accounts.set_password("boss", f"{GOOD}0")


def test_the_key_is_made_once_and_for_the_owner_only(tmp_path):
    first = load_secret(tmp_path, {})
    assert first == load_secret(tmp_path, {})
    assert len(first) >= 32
    path = tmp_path / "secret.key"
    assert path.stat().st_mode & 0o777 == 0o600
    os.chmod(path, 0o644)
    with pytest.raises(WeakSecret, match="readable by others"):
        load_secret(tmp_path, {})


@pytest.mark.parametrize(
    "key", ["", "short", "a" * 64, "changeme" * 8, "abcabcabc" * 8, "secret-key-of-the-township-cockpit"]
)
def test_weak_keys_are_refused(tmp_path, key):
    with pytest.raises(WeakSecret):
        load_secret(tmp_path, {"COCKPIT_SECRET_KEY": key})


def run(capsys, monkeypatch, *arguments, password=GOOD):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    code = main(list(arguments))
    return code, capsys.readouterr()


def test_the_command_line(tmp_path, capsys, monkeypatch):
    home = ("--home", str(tmp_path))
    assert run(capsys, monkeypatch, "user", "add", "boss", "--role", "leader", *home)[0] == 0
    code, said = run(capsys, monkeypatch, "user", "add", "boss", "--role", "leader", *home)
    assert code == 2
    assert "exists already" in said.err
    assert run(capsys, monkeypatch, "user", "add", "weak", "--role", "leader", *home, password="weak")[0] == 2
    code, _ = run(
        capsys, monkeypatch, "user", "add", "g1", "--role", "grid_worker", "--areas", "G1,G2", *home
    )
    assert code == 0
    _, said = run(capsys, monkeypatch, "user", "list", "--json", *home)
    listed = {row["account"]: row for row in json.loads(said.out)}
    assert listed["g1"]["areas"] == ["G1", "G2"]
    assert listed["boss"]["areas"] is None
    assert run(capsys, monkeypatch, "user", "disable", "g1", *home)[0] == 0
    assert run(capsys, monkeypatch, "user", "passwd", "boss", *home, password="Another-1-of-these")[0] == 0
    assert run(capsys, monkeypatch, "user", "disable", "nobody", *home)[0] == 2
    code, said = run(capsys, monkeypatch, "audit", "verify", "--json", *home)
    assert (code, json.loads(said.out)["is_intact"]) == (0, True)
    ops = Ops(tmp_path / "ops.sqlite")
    ops.write("DELETE FROM audit WHERE seq_no = 1")
    ops.close()
    code, said = run(capsys, monkeypatch, "audit", "verify", *home)
    assert code == 4
    assert "missing" in said.out


def test_demonstration_links_for_every_role(tmp_path, capsys, monkeypatch):
    geo = tmp_path / "published" / "geo"
    geo.mkdir(parents=True)
    features = [{"properties": {"area_id": f"G{number:03}"}} for number in range(10)]
    (geo / "grid.json").write_text(json.dumps({"features": features}))
    ask = ("user", "demo", "--json", "--home", str(tmp_path), "--town", "stown", "--port", "8123")
    code, said = run(capsys, monkeypatch, *ask)
    assert code == 0
    links = json.loads(said.out)
    assert {link["role"] for link in links} == set(ROLES)
    assert all(link["url"].startswith("http://127.0.0.1:8123/login?demo=") for link in links)
    ops = Ops(tmp_path / "ops.sqlite")
    rows = {row["account_name"]: row for row in Accounts(ops).everyone()}
    ops.close()
    assert json.loads(rows["demo-grid1"]["area_ids"]) != json.loads(rows["demo-grid2"]["area_ids"])
    assert len(json.loads(rows["demo-department"]["department_ids"])) == 1
    again = json.loads(run(capsys, monkeypatch, *ask)[1].out)
    assert {link["url"] for link in again}.isdisjoint(link["url"] for link in links)


def test_a_small_town_has_the_accounts_it_has_rows_for():
    assert [new.role for new in demo_accounts(["g1"], [])].count("grid_worker") == 1
    assert {new.role for new in demo_accounts([], [])} == {"leader", "analyst", "operator", "auditor", "wall"}
    two = [new.area_ids for new in demo_accounts(["g1", "g2"], ["d1", "d2"]) if new.role == "grid_worker"]
    assert two == [frozenset(["g1"]), frozenset(["g2"])]


def test_a_real_town_has_no_demonstration_links(tmp_path, capsys, monkeypatch):
    ask = ("user", "demo", "--home", str(tmp_path), "--town", "boston")
    code, said = run(capsys, monkeypatch, *ask)
    assert code == 2
    assert "not synthetic" in said.err
