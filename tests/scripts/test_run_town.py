"""The supervisor of `make run`: what it ends, what it survives."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from scripts import run_town


def _start(code: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE, text=True
    )


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="ascii") as handle:
        return handle.read().rsplit(")", 1)[1].split()[0] != "Z"


def test_stopping_ends_a_service_and_what_it_started():
    parent = _start(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    child = int(parent.stdout.readline())
    run_town.stop({"loader": parent})
    parent.stdout.close()
    assert parent.returncode is not None
    limit = time.monotonic() + 5
    while _is_alive(child) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not _is_alive(child)


def test_a_service_that_will_not_go_is_ended_anyway(monkeypatch):
    monkeypatch.setattr(run_town, "STOP_GRACE_S", 0.3)
    stubborn = _start(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)"
    )
    stubborn.stdout.readline()
    run_town.stop({"loader": stubborn})
    stubborn.stdout.close()
    assert stubborn.returncode == -9


def test_the_wall_goes_on_when_the_stream_ends_and_stops_with_its_server(capsys):
    stream = _start("raise SystemExit(1)")
    stream.wait()
    server = _start("import sys; sys.stdin.read(); raise SystemExit(3)")
    try:
        ended = threading.Thread(target=lambda: (time.sleep(1.2), server.kill()))
        ended.start()
        code = run_town.watch({"web server": server, "stream": stream})
        ended.join()
    finally:
        run_town.stop({"web server": server})
        server.stdout.close()
        stream.stdout.close()
    assert code != 0
    told = capsys.readouterr().err
    assert told.index("the stream ended with code 1") < told.index("the web server ended")


def test_a_command_that_fails_is_named(capfd):
    with pytest.raises(
        run_town.RunError, match=r"loading: `python -m no_such_module here` ended with code 1"
    ):
        run_town.run_step("loading", ("no_such_module", "here"))
    assert "No module named no_such_module" in capfd.readouterr().err
