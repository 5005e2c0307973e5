"""The command line (命令行): `python -m access user|audit|token ...`; `--help` lists the commands of each."""

from __future__ import annotations

import argparse
import getpass
import sys

from access.accounts import AccountError, Accounts, NewAccount, read_ids
from access.audit import Audit, Event
from access.commands import command, ids, say
from access.demo import DemoError, issue_links, read_grids
from access.passwords import WeakPassword
from access.policy import ROLES
from access.secret import WeakSecret, load_secret
from access.signin import SignIn
from access.token_commands import add_token_commands
from access.tokens import TokenError
from data.ops import Ops, OpsError
from data.server_settings import read_server_settings
from data.settings import Settings, SettingsError, read_settings
from data.town import load_town
from data.yamlfile import DefinitionError

OK, USAGE, TAMPERED = 0, 2, 4


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 2 wrong use or settings, 4 the audit trail was tampered with."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(home=options.home, town=options.town)
        key = load_secret(settings.home)
        ops = Ops(settings.home / "ops.sqlite")
        return options.run(options, settings, ops=ops, audit=Audit(ops, key), key=key)
    except (
        SettingsError,
        WeakSecret,
        OpsError,
        AccountError,
        TokenError,
        WeakPassword,
        DemoError,
        DefinitionError,
    ) as error:
        say(options, {"error": str(error)}, text=f"access: {error}", is_fault=True)
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m access", description="Accounts and audit trail of one home."
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", help="folder of the installation (default: COCKPIT_HOME)")
    common.add_argument("--town", help="town id (default: COCKPIT_TOWN)")
    common.add_argument("--json", action="store_true", help="answer as JSON")
    groups = parser.add_subparsers(required=True, metavar="user|audit|token")
    user = groups.add_parser("user", help="accounts").add_subparsers(required=True, metavar="COMMAND")
    add = command(
        user, "add", run=_add, common=common, text="make an account; the password comes from standard input"
    )
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument("--label", default="", help="name shown on screens")
    add.add_argument("--areas", help="area ids, comma-separated (default: the whole town)")
    add.add_argument("--departments", help="department ids, comma-separated (default: all)")
    command(user, "list", run=_list, common=common, text="list accounts")
    for name, run, text in (
        ("disable", _disable, "close an account at once"),
        ("passwd", _passwd, "change a password"),
    ):
        command(user, name, run=run, common=common, text=text).add_argument("name")
    demo = command(
        user, "demo", run=_demo, common=common, text="demonstration accounts and fresh sign-in links"
    )
    demo.add_argument("--port", type=int, help="port in the links (default: COCKPIT_PORT)")
    audit = groups.add_parser("audit", help="audit trail").add_subparsers(required=True, metavar="COMMAND")
    command(
        audit, "verify", run=_verify, common=common, text="check the chain: edited, removed, moved, cut rows"
    )
    tail = command(audit, "tail", run=_tail, common=common, text="newest rows")
    tail.add_argument("--limit", type=int, default=20)
    add_token_commands(groups, common)
    return parser


def _add(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    new = NewAccount(options.name, options.role, options.label, ids(options.areas), ids(options.departments))
    Accounts(ops).add(new, password=_password())
    audit.record(Event("user_add", target=options.name, actor="console", detail=options.role))
    say(
        options,
        {"account": options.name, "role": options.role},
        text=f"account '{options.name}' ({options.role}) made",
    )
    return OK


def _list(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    rows = [
        {
            "account": row["account_name"],
            "role": row["role_code"],
            "label": row["label_text"],
            "areas": sorted(read_ids(row["area_ids"]) or []) or None,
            "departments": sorted(read_ids(row["department_ids"]) or []) or None,
            "is_active": bool(row["is_active"]),
        }
        for row in Accounts(ops).everyone()
    ]
    lines = [
        f"{row['account']:<20} {row['role']:<12} {'active' if row['is_active'] else 'closed':<7} "
        f"{','.join([*(row['areas'] or []), *(row['departments'] or [])]) or 'whole town'}"
        for row in rows
    ]
    say(options, rows, text="\n".join(lines) or "no accounts")
    return OK


def _disable(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    Accounts(ops).disable(options.name)
    audit.record(Event("user_disable", target=options.name, actor="console"))
    say(options, {"account": options.name, "is_active": False}, text=f"account '{options.name}' closed")
    return OK


def _passwd(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    Accounts(ops).set_password(options.name, _password())
    audit.record(Event("user_passwd", target=options.name, actor="console"))
    say(options, {"account": options.name}, text=f"password of '{options.name}' changed, its sessions ended")
    return OK


def _demo(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    town, server = load_town(settings), read_server_settings()
    if not (town.file.is_synthetic or server.is_demo_forced):
        raise DemoError(
            f"town '{town.id}' is not synthetic; COCKPIT_DEMO=1 allows demonstration links all the same"
        )
    grids = read_grids(settings.published_dir)
    links = issue_links(town, accounts=Accounts(ops), sign_in=SignIn(ops, audit, key=key), grids=grids)
    audit.record(Event("demo_links", actor="console", detail=str(len(links))))
    start = f"http://127.0.0.1:{options.port or server.port}"
    rows = [{"account": link.account_name, "role": link.role, "url": start + link.path} for link in links]
    width = max((len(link.account_name) for link in links), default=0)
    lines = [f"  {row['account']:<{width}}  {row['url']}" for row in rows]
    say(options, rows, text="\n".join(lines))
    return OK


def _verify(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    verdict = audit.verify()
    summary = {"row_count": verdict.row_count, "is_intact": not verdict.faults, "faults": verdict.faults}
    say(options, summary, text="\n".join(verdict.faults) or f"audit trail intact: {verdict.row_count} rows")
    return TAMPERED if verdict.faults else OK


def _tail(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    rows = [dict(row) for row in audit.tail(options.limit)]
    shown = (
        "at",
        "actor_name",
        "role_code",
        "source_text",
        "action_code",
        "target_text",
        "is_success",
        "detail_text",
    )
    say(options, rows, text="\n".join("  ".join(str(row[name]) for name in shown) for row in rows))
    return OK


def _password() -> str:
    # Never an argument: arguments are seen by everyone on the machine and stay in shell histories.
    return getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


if __name__ == "__main__":
    sys.exit(main())
