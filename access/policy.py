"""Who may call what (权限策略): pages and callback outputs to roles. What is not declared is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

ROLES = ("leader", "department", "grid_worker", "analyst", "operator", "auditor", "wall")
EVERYONE = frozenset(ROLES)

# Who acts on cases. An administrator gets no look at them; a wall shows overviews and lists, no single case.
CASE_ROLES = frozenset({"leader", "department", "grid_worker", "analyst"})

# What a page may ask for -> who has it.
PERMISSIONS: dict[str, frozenset[str]] = {
    "view": EVERYONE,
    "explore": CASE_ROLES | {"wall"},
    "cases": CASE_ROLES,
    "modules": CASE_ROLES | {"wall"},
    # Other systems, by token (access/tokens.py).
    "api": frozenset({"leader", "analyst", "department"}),
    # Taking away as a file what may be seen; a wall only shows.
    "export": EVERYONE - {"wall"},
    "feeds": frozenset({"leader", "analyst", "operator", "auditor"}),
    # Numbers by any dimension, and statements on one's own rows (serve/console/).
    "query": frozenset({"leader", "department", "analyst"}),
    "links": frozenset({"leader", "analyst"}),
    "operate": frozenset({"operator"}),
    "audit": frozenset({"auditor"}),
    # Accounts are the operator's, the trail the auditor's: neither does the other's work, nor sees cases.
    "admin": frozenset({"operator", "auditor"}),
    # A briefing of what one's own rows are about (asked in serve/briefing_room.py); words beside it; releasing it.
    "briefing": frozenset({"leader", "department", "analyst"}),
    "briefing_edit": frozenset({"leader", "analyst"}),
    "briefing_release": frozenset({"leader"}),
    # When which edition is made and who gets it (serve/briefing_orders.py).
    "briefing_plan": frozenset({"leader", "operator"}),
}

# What the server answers beside pages -> who may have it.
ROUTES: dict[str, frozenset[str]] = {
    "/events": EVERYONE,
    "/logout": EVERYONE,
    # Reading: whoever sees a wall. Acknowledging: those who act on cases, asked in serve/acknowledged.py.
    "/acknowledged": EVERYONE,
    # The same of warnings: setting one aside is for those who act on cases (serve/warnings.py).
    "/warnings/dismissed": PERMISSIONS["modules"],
    **{f"/query/{name}": PERMISSIONS["query"] for name in ("schema", "run", "job", "cancel", "history")},
    **{f"/query/{name}": PERMISSIONS["query"] for name in ("saved", "save", "remove", "export")},
    # A file of one tile: the page's own roles are asked as well (serve/export/route.py).
    "/export/forms": PERMISSIONS["export"],
    "/export/file": PERMISSIONS["export"],
    "/export/register": PERMISSIONS["audit"],
    "/briefing/state": PERMISSIONS["briefing"],
    "/briefing/document": PERMISSIONS["briefing"],
    "/briefing/picture": PERMISSIONS["briefing"],
    "/briefing/download": PERMISSIONS["briefing"],
    "/briefing/make": PERMISSIONS["briefing"],
    "/briefing/note": PERMISSIONS["briefing_edit"],
    "/briefing/release": PERMISSIONS["briefing_release"],
    "/briefing/runs": PERMISSIONS["feeds"],
    "/briefing/plan": PERMISSIONS["briefing_plan"],
    # That a run failed is said on every wall: no word of what is in it.
    "/briefing/alarm": EVERYONE,
    # Splitting and merging by hand changes what everybody sees (serve/links.py).
    "/links/decided": PERMISSIONS["links"],
    # The explorer: counts for whoever sees the page, single rows for those who act on cases.
    "/explore/cube": PERMISSIONS["explore"],
    "/explore/cross": PERMISSIONS["explore"],
    "/explore/rows": PERMISSIONS["cases"],
    "/status": PERMISSIONS["operate"],
    "/audit.json": PERMISSIONS["audit"],
    "/admin/accounts": PERMISSIONS["operate"],
    "/admin/trail": PERMISSIONS["audit"],
    "/_dash-layout": EVERYONE,
    "/_dash-dependencies": EVERYONE,
    "/_dash-update-component": EVERYONE,
    "/_favicon.ico": EVERYONE,
}
FOLDERS: dict[str, frozenset[str]] = {
    "/api/v1/": PERMISSIONS["api"],
    "/geo/": EVERYONE,
    "/assets/": EVERYONE,
    "/_dash-component-suites/": EVERYONE,
}


class PolicyError(RuntimeError):
    """A callback without a rule, or a rule that cannot be."""


@dataclass(frozen=True)
class Rule:
    """What one callback output needs.

    Attributes:
        roles: who may call it.
        is_cacheable: the answer depends only on the inputs, the generation, the role and the rows visible.
        is_router: an input carries the path of a page, whose own roles apply as well.
    """

    roles: frozenset[str]
    is_cacheable: bool = False
    is_router: bool = False


@dataclass(frozen=True)
class PageRule:
    """One page: the address it answers and who may open it."""

    name: str
    pattern: re.Pattern[str]
    roles: frozenset[str]


class PolicyBook:
    """The rules of one app. Nothing is allowed until it is declared."""

    def __init__(self) -> None:
        self._pages: dict[str, PageRule] = {}
        self._outputs: dict[str, Rule] = {}

    def declare_page(self, name: str, *, path: str, permission: str) -> None:
        """Allow a page, and the callbacks whose outputs are called `<name>-...`, to those with a permission.

        Raises:
            PolicyError: no such permission, or the page is declared already.
        """
        if permission not in PERMISSIONS:
            known = ", ".join(PERMISSIONS)
            raise PolicyError(
                f"page '{name}': permission '{permission}' is none of {known} (access/policy.py)"
            )
        if name in self._pages:
            raise PolicyError(f"page '{name}': declared twice")
        parts = [r"[^/]+" if part.startswith("<") else re.escape(part) for part in path.split("/") if part]
        self._pages[name] = PageRule(name, re.compile("/" + "/".join(parts) + "/?"), PERMISSIONS[permission])

    def declare(
        self, component: str, *, permission: str, cacheable: bool = False, is_router: bool = False
    ) -> None:
        """Allow callbacks that write to a component that belongs to no page.

        Raises:
            PolicyError: no such permission, or another rule for the same component.
        """
        if permission not in PERMISSIONS:
            raise PolicyError(f"component '{component}': unknown permission '{permission}'")
        rule = Rule(PERMISSIONS[permission], cacheable, is_router)
        if self._outputs.setdefault(component, rule) != rule:
            raise PolicyError(f"component '{component}': declared twice, differently")

    def rule_for(self, components: Iterable[str]) -> Rule | None:
        """Return the rule of a callback that writes to these components, or None: refused.

        Every component must be covered, and the caller needs the roles of all of them.
        """
        rules = [self._rule(component) for component in components]
        if not rules:
            return None
        roles, is_cacheable, is_router = EVERYONE, True, False
        for rule in rules:
            if rule is None:
                return None
            roles &= rule.roles
            is_cacheable &= rule.is_cacheable
            is_router |= rule.is_router
        return Rule(roles, is_cacheable, is_router)

    def page_roles(self, path: str) -> frozenset[str] | None:
        """Return who may open the page at a path, or None when there is none."""
        for page in self._pages.values():
            if page.pattern.fullmatch(path):
                return page.roles
        return None

    def page_name(self, path: str) -> str | None:
        """Return the name of the page at a path, or None when there is none."""
        return next((page.name for page in self._pages.values() if page.pattern.fullmatch(path)), None)

    def route_roles(self, path: str) -> frozenset[str] | None:
        """Return who may have a route beside the pages, or None when there is none."""
        if path in ROUTES:
            return ROUTES[path]
        return next((roles for folder, roles in FOLDERS.items() if path.startswith(folder)), None)

    def _rule(self, component: str) -> Rule | None:
        if component in self._outputs:
            return self._outputs[component]
        # The longest name wins: `incident-x` is not the page `incident` when a page `incident-x` exists.
        fits = [page for name, page in self._pages.items() if component.startswith(f"{name}-")]
        if not fits:
            return None
        return Rule(max(fits, key=lambda page: len(page.name)).roles, is_cacheable=True)
