"""The serving process (服务进程): uvicorn started here; Dash's own start leaves a child behind."""

from __future__ import annotations

import gc
import os

import uvicorn

from access.guard import Guard
from data.server_settings import ServerSettings
from data.settings import SettingsError

FORBIDDEN = ("DASH_DEBUG", "DASH_MCP_ENABLED")


def check_environment() -> None:
    """Raise SettingsError when the environment would switch on what must not be served."""
    for name in FORBIDDEN:
        if os.environ.get(name, "").lower() not in ("", "0", "false"):
            raise SettingsError(f"{name} = {os.environ[name]!r}: not in a served installation; unset it")


def serve(guard: Guard, server: ServerSettings) -> None:
    """Serve until told to stop; open streams are given two seconds to end."""
    # What start-up made stays: looking through it for rubbish stops every answer for a tenth of a second.
    gc.collect()
    gc.freeze()
    uvicorn.run(
        guard,
        host=server.host,
        port=server.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Only behind a TLS proxy is X-Forwarded-For the visitor's address; else anyone could make one up.
        proxy_headers=server.is_secure,
        forwarded_allow_ips="127.0.0.1",
        timeout_graceful_shutdown=2,
    )
