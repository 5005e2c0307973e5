"""Demonstration accounts (演示账号): one per role, opened by a link that is made anew each time."""

from __future__ import annotations

import csv
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from access.accounts import Accounts, NewAccount
from access.signin import SignIn
from data.town import Town


class DemoError(ValueError):
    """Demonstration accounts cannot be made for this town."""


@dataclass(frozen=True)
class DemoLink:
    """One account and the address that signs it in."""

    account_name: str
    role: str
    label: str
    path: str


def demo_accounts(grids: list[str], departments: list[str]) -> list[NewAccount]:
    """Return one account per role: two grid workers of different grids, one user of the first department.

    A town without grids or departments has no such accounts: they would see nothing or everything.
    """
    plain = {
        "leader": "镇领导",
        "analyst": "分析员",
        "operator": "平台管理员",
        "auditor": "审计员",
        "wall": "大屏",
    }
    accounts = [NewAccount(f"demo-{role}", role, label, is_demo=True) for role, label in plain.items()]
    for department in departments[:1]:
        rows = frozenset([department])
        accounts.append(NewAccount("demo-department", "department", "部门用户", None, rows, is_demo=True))
    # The second worker's grid lies in the middle of the list: another community than the first one's.
    for number, grid in enumerate(dict.fromkeys(grids[:1] + grids[len(grids) // 2 :][:1]), start=1):
        rows = frozenset([grid])
        accounts.append(
            NewAccount(f"demo-grid{number}", "grid_worker", f"网格员{number}", rows, is_demo=True)
        )
    return accounts


def issue_links(town: Town, *, accounts: Accounts, sign_in: SignIn, grids: list[str]) -> list[DemoLink]:
    """Make the demonstration accounts that are missing and a fresh link for each; older links end."""
    links = []
    for new in demo_accounts(grids, read_departments(town.folder)):
        account = accounts.find(new.name)
        # Nobody knows this password: the link is the only way in.
        account_id = (
            account["account_id"]
            if account
            else accounts.add(new, password=f"{secrets.token_urlsafe(24)}aA1-")
        )
        if account is None or account["is_active"]:
            links.append(
                DemoLink(new.name, new.role, new.label, f"/login?demo={sign_in.issue_link(account_id)}")
            )
    return links


def read_departments(folder: Path) -> list[str]:
    """Return the ids of departments.csv, in its order."""
    path = folder / "departments.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["department_id"] for row in csv.DictReader(file)]


def read_grids(published: Path) -> list[str]:
    """Return the ids of the published grids, sorted; empty when nothing is published yet."""
    path = published / "geo" / "grid.json"
    if not path.is_file():
        return []
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return sorted(feature["properties"]["area_id"] for feature in features)
