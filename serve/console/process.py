"""Starts one child, feeds it, listens, ends it in time (子进程看护)."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from data.settings import REPOSITORY

COMMAND = (sys.executable, "-E", "-s", "-m", "serve.console.child")
# Nothing of the server's own surroundings: names of homes, keys, proxies.
SURROUNDINGS = {"MALLOC_ARENA_MAX": "1", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
CHUNK = 1 << 16
LOOK_S = 0.1


@dataclass(frozen=True)
class Limits:
    """What one statement may use."""

    wall_s: float = 5.0
    cpu_s: int = 6
    memory_mb: int = 1024
    engine_mb: int = 800
    most_rows: int = 10_000
    most_bytes: int = 5_000_000


def run_child(
    job: dict, limits: Limits, *, on_stage: Callable[[str], None], is_cancelled: Callable[[], bool]
) -> dict:
    """Returns the child's answer, or `error`: time | memory | cancelled | crashed | statement (with its text).

    Args:
        job: plan, sql and params.
        limits: what it may use.
        on_stage: told when the copy is made and the statement runs.
        is_cancelled: asked ten times a second.
    """
    own = {"memory_mb": limits.memory_mb, "cpu_s": limits.cpu_s, "engine_mb": limits.engine_mb}
    told = json.dumps({**job, **own, "most_rows": limits.most_rows, "most_bytes": limits.most_bytes})
    ends_at = time.monotonic() + limits.wall_s
    with subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=REPOSITORY,
        env=SURROUNDINGS,
        start_new_session=True,
    ) as child:
        try:
            _feed(child, told.encode())
            return _listen(child, limits, ends_at=ends_at, on_stage=on_stage, is_cancelled=is_cancelled)
        finally:
            if child.poll() is None:
                child.kill()


def _feed(child: subprocess.Popen, told: bytes) -> None:
    try:
        child.stdin.write(told)
        child.stdin.close()
    except BrokenPipeError:
        return  # it ended before it had read: its answer, or the lack of one, says why


def _listen(child: subprocess.Popen, limits: Limits, *, ends_at: float, on_stage, is_cancelled) -> dict:
    said, is_told = b"", False
    with selectors.DefaultSelector() as watch:
        watch.register(child.stdout, selectors.EVENT_READ)
        while True:
            if is_cancelled():
                return {"error": "cancelled"}
            left = ends_at - time.monotonic()
            if left <= 0:
                return {"error": "time"}
            if not watch.select(min(left, LOOK_S)):
                continue
            piece = os.read(child.stdout.fileno(), CHUNK)
            if not piece:
                return _verdict(said, child, left)
            said += piece
            if len(said) > limits.most_bytes * 2:
                return {"error": "crashed"}
            if not is_told and b"\n" in said:
                is_told = True
                on_stage("running")


def _verdict(said: bytes, child: subprocess.Popen, left: float) -> dict:
    try:
        status = child.wait(timeout=max(0.1, left))
    except subprocess.TimeoutExpired:
        return {"error": "time"}
    if status == -signal.SIGXCPU:
        return {"error": "time"}
    lines = [line for line in said.splitlines() if line]
    answer = json.loads(lines[-1]) if lines and status == 0 else {}
    if "columns" in answer or "error" in answer:
        return answer
    # The engine's own allocator ends the process where the limit of memory stops it.
    return {"error": "memory" if status < 0 else "crashed"}
