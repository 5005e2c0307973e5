"""Who is asking (当前访问者): set by the guard for one request, read by whoever needs the scope."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from data.request import Scope

_visitor: ContextVar[Visitor | None] = ContextVar("cockpit_visitor", default=None)
_reasons: ContextVar[list[str] | None] = ContextVar("cockpit_reasons_not_to_share", default=None)


class NoVisitor(PermissionError):
    """Something asked for the visitor's scope outside a guarded request."""


@dataclass(frozen=True)
class Visitor:
    """A signed-in account as the guard saw it: grain one request; `per_minute` is a token's rate, None for people."""

    account_id: int
    name: str
    label: str
    role: str
    area_ids: frozenset[str] | None
    department_ids: frozenset[str] | None
    source: str
    per_minute: int | None = None

    @property
    def scope(self) -> Scope:
        """The rows this visitor may see."""
        return Scope(area_ids=self.area_ids, department_ids=self.department_ids)

    @property
    def cache_key(self) -> tuple[object, ...]:
        """Everything about the visitor that may change an answer: never share an answer across two keys."""
        return (
            self.role,
            None if self.area_ids is None else tuple(sorted(self.area_ids)),
            None if self.department_ids is None else tuple(sorted(self.department_ids)),
        )


def set_visitor(visitor: Visitor | None):
    """Set the visitor of the running request; returns the token for `reset_visitor`."""
    return _visitor.set(visitor)


def reset_visitor(token) -> None:
    """Take the visitor of the running request away again."""
    _visitor.reset(token)


def current_visitor() -> Visitor | None:
    """Return the visitor of the running request, or None outside one."""
    return _visitor.get()


def current_scope() -> Scope:
    """Return the rows the running request may see.

    Raises:
        NoVisitor: outside a guarded request. There is no scope to fall back on: "everything" would be a leak.
    """
    visitor = _visitor.get()
    if visitor is None:
        raise NoVisitor("no visitor: current_scope() was called outside a guarded request")
    return visitor.scope


def watch_sharing() -> list[str]:
    """Begin to collect reasons why the answer being made must not be shared; return the list."""
    reasons: list[str] = []
    _reasons.set(reasons)
    return reasons


def do_not_share(reason: str) -> None:
    """Say that the answer being made is for this request only: it may be better next time."""
    reasons = _reasons.get()
    if reasons is not None:
        reasons.append(reason)
