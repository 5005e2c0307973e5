"""`python -m access token issue|list|revoke` (接口令牌命令)."""

from __future__ import annotations

from access.audit import Audit, Event
from access.commands import command, ids, say
from access.policy import PERMISSIONS
from access.tokens import LONGEST_DAYS, PER_MINUTE, NewToken, Tokens
from data.ops import Ops
from data.settings import Settings


def add_token_commands(groups, common) -> None:
    """Adds the group `token`."""
    token = groups.add_parser("token", help="tokens of other systems").add_subparsers(
        required=True, metavar="COMMAND"
    )
    issue = command(token, "issue", run=_issue, common=common, text="make a token; it is shown once")
    issue.add_argument("label", help="which system")
    issue.add_argument("--purpose", required=True, help="what it may be used for")
    issue.add_argument("--role", default="leader", choices=sorted(PERMISSIONS["api"]))
    issue.add_argument("--areas", help="area ids, comma-separated (default: the whole town)")
    issue.add_argument("--departments", help="department ids, comma-separated (default: all)")
    issue.add_argument("--days", type=int, default=90, help=f"valid for, at most {LONGEST_DAYS}")
    issue.add_argument("--per-minute", type=int, default=PER_MINUTE, help="requests per minute")
    command(token, "list", run=_list, common=common, text="list tokens (never their text)")
    command(token, "revoke", run=_revoke, common=common, text="end a token at once").add_argument(
        "number", type=int
    )


def _issue(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    new = NewToken(
        label=options.label,
        role=options.role,
        purpose=options.purpose,
        area_ids=ids(options.areas),
        department_ids=ids(options.departments),
        days=options.days,
        per_minute=options.per_minute,
    )
    text = Tokens(ops).issue(new)
    audit.record(Event("token_issue", target=new.label, actor="console", detail=f"{new.role}: {new.purpose}"))
    say(options, {"token": text}, text=text)
    return 0


def _list(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    rows = Tokens(ops).listed()
    lines = [
        f"{row['token_id']:>4}  {row['label_text']:<24} {row['role_code']:<11} {row['per_minute']:>5}/min  "
        f"to {row['expires_at'][:10]}  {'revoked' if row['revoked_at'] else ''}"
        for row in rows
    ]
    say(options, rows, text="\n".join(lines) or "no tokens")
    return 0


def _revoke(options, settings: Settings, *, ops: Ops, audit: Audit, key: bytes) -> int:
    Tokens(ops).revoke(options.number)
    audit.record(Event("token_revoke", target=str(options.number), actor="console"))
    say(options, {"token_id": options.number, "is_revoked": True}, text=f"token {options.number} revoked")
    return 0
