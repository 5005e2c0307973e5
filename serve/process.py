"""The serving process (服务进程): uvicorn started here; Dash's own start leaves a child behind."""

from __future__ import annotations

import gc
import os
import threading
import time
from itertools import chain, repeat

import uvicorn

from access.guard import Guard
from data.server_settings import ServerSettings
from data.settings import SettingsError

# Seconds until rubbish is looked for: at the start, when the first pages have been drawn, then every ten minutes.
TIDY_S = (0, 15, 45)
TIDY_EVERY_S = 600
FORBIDDEN = ("DASH_DEBUG", "DASH_MCP_ENABLED")


def check_environment() -> None:
    """Raise SettingsError when the environment would switch on what must not be served."""
    for name in FORBIDDEN:
        if os.environ.get(name, "").lower() not in ("", "0", "false"):
            raise SettingsError(f"{name} = {os.environ[name]!r}: not in a served installation; unset it")


def serve(guard: Guard, server: ServerSettings) -> None:
    """Serve until told to stop; open streams are given two seconds to end."""
    threading.Thread(target=_tidy_at_times, name="tidy", daemon=True).start()
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


def tidy() -> None:
    """Frees cycles of rubbish, and takes what stays out of the search.

    Looking through everything that was ever imported and kept stops all answers for a tenth of a second; left to
    itself Python does that after every few answers.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _tidy_at_times() -> None:
    for wait in chain(TIDY_S, repeat(TIDY_EVERY_S)):
        time.sleep(wait)
        tidy()
