"""A file that lands while the writer watches is published by itself; one still being written is left alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.connection import Store

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-11-20T12:00:00+08:00"
PATIENCE_S = 90  # how long a busy machine may take before the test gives up; not a claim about speed


@pytest.fixture
def home(tmp_path) -> Path:
    """A small published S-town whose newest police file has not landed yet: it waits in `held/`."""
    _run(tmp_path, "etl.synth", "history", "--days", "3", "--scale", "0.05")
    held = tmp_path / "held"
    held.mkdir()
    newest = max((tmp_path / "landing" / "police_110").iterdir(), key=lambda path: path.name)
    newest.rename(held / newest.name)
    for command in ("load-all", "build", "publish"):
        _run(tmp_path, "etl", command)
    return tmp_path


def _command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", *words, "--home", str(home), "--town", "stown", "--now", NOW]


def _run(home: Path, *words: str) -> None:
    done = subprocess.run(_command(home, *words), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr


def _generation(home: Path) -> int:
    return json.loads((home / "published" / "CURRENT").read_text())["generation"]


def _wait(home: Path, beyond: int, *, watching: subprocess.Popen) -> int:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and watching.poll() is None:
        if _generation(home) > beyond:
            return _generation(home)
        time.sleep(0.05)
    raise AssertionError(f"nothing was published after generation {beyond}; watch ended: {watching.poll()}")


def _reports(home: Path) -> int:
    return int(Store(home).execute("SELECT count(*) AS n FROM mart_report")["n"][0])


def test_what_lands_is_published_by_itself(home):
    before, feed = _reports(home), home / "landing" / "police_110"
    watching = subprocess.Popen(_command(home, "etl", "watch"), cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        warm = _wait(home, 1, watching=watching)
        (held,) = (home / "held").iterdir()
        (feed / f".{held.name}").write_bytes(held.read_bytes()[:100])  # still being written
        os.replace(held, feed / held.name)
        _wait(home, warm, watching=watching)
        assert _reports(home) > before
        assert (feed / f".{held.name}").exists(), "an unfinished file is nobody's yet"
        assert not (feed / held.name).exists(), "a loaded file has left the landing folder"
    finally:
        watching.send_signal(signal.SIGTERM)
        watching.wait(timeout=30)
