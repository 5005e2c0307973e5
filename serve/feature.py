"""What a part of the server beside the screens brings (服务部件): routes, and work that goes on while it serves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.routing import BaseRoute

from access.audit import Audit
from access.policy import PolicyBook
from access.sessions import Sessions
from components.board import Board
from data.ops import Ops
from serve.house import House


@dataclass(frozen=True, kw_only=True)
class Services:
    """What a feature may use. Every route is guarded before it is asked: declare it in access/policy.py."""

    house: House
    ops: Ops
    audit: Audit
    sessions: Sessions
    book: PolicyBook
    key: bytes
    board: Board | None = None


@dataclass(frozen=True)
class Feature:
    """Routes to add, and what to begin and end with the server."""

    routes: tuple[BaseRoute, ...] = ()
    begin: Callable[[], Awaitable[None]] | None = None
    end: Callable[[], Awaitable[None]] | None = None
