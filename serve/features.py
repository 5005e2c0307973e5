"""The parts of the server beside the screens (服务部件清单), each opened once with what it may use."""

from __future__ import annotations

from collections.abc import Callable

from serve.acknowledged import acknowledgement
from serve.admin import admin
from serve.api.mount import open_door
from serve.briefing import briefing
from serve.explore import explorer
from serve.export.route import exports
from serve.feature import Feature, Services
from serve.links import links
from serve.query import console
from serve.usage import page_usage
from serve.warnings import warnings

FEATURES: tuple[Callable[[Services], Feature], ...] = (
    acknowledgement,
    admin,
    briefing,
    console,
    explorer,
    exports,
    links,
    open_door,
    page_usage,
    warnings,
)
