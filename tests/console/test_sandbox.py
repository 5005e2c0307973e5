"""The lock by itself, without DuckDB: a process that locked itself in can do nothing but compute and answer."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRIES = {
    "read": "open('/etc/passwd').read()",
    "list": "__import__('os').listdir('/')",
    "write": "open('/tmp/console-canary', 'w')",
    "remove": "__import__('os').unlink('/tmp/console-canary')",
    "connect": "__import__('socket').create_connection(('127.0.0.1', 9), timeout=1)",
    "name": "__import__('socket').socket(__import__('socket').AF_UNIX)",
    "fork": "__import__('os').fork()",
    "start": "__import__('os').execv('/bin/true', ['true'])",
    "kill": "__import__('os').kill(__import__('os').getppid(), 0)",
    "thread": "__import__('_thread').start_new_thread(print, ())",
    "memory": "bytearray(2 * 2**30)",
}
PROGRAM = """
import json, os, socket, sys
from serve.console.sandbox import limit, lock_in
limit(memory_mb=1024, cpu_s=5)
held = lock_in() if sys.argv[1] == "locked" else []
found = {"held": held, "nice": os.nice(0)}
for name, text in json.loads(sys.argv[2]).items():
    try:
        eval(text)
        found[name] = "done"
    except BaseException as error:
        found[name] = type(error).__name__
os.write(1, json.dumps(found).encode())
"""


def _try(kind: str, tries: dict[str, str]) -> dict:
    command = [sys.executable, "-E", "-s", "-c", PROGRAM, kind, json.dumps(tries)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60)
    return json.JSONDecoder().raw_decode(done.stdout.decode())[0]  # a fork that works would answer twice


@pytest.fixture(scope="module")
def locked() -> dict:
    return _try("locked", TRIES)


def test_nothing_opens_starts_or_connects(locked):
    has_filters = "Seccomp:" in Path("/proc/self/status").read_text(encoding="ascii")
    if not has_filters or platform.machine() not in ("x86_64", "aarch64"):
        pytest.skip("this kernel takes no filter of system calls")
    assert "seccomp" in locked["held"]
    assert {name: locked[name] for name in TRIES if locked[name] == "done"} == {}


def test_files_are_closed_by_landlock_where_the_kernel_has_it(locked):
    lists = Path("/sys/kernel/security/lsm")
    if not any(each.startswith("landlock") for each in locked["held"]):
        assert not lists.exists() or "landlock" not in lists.read_text(encoding="ascii")
        pytest.skip("this kernel has no Landlock")
    assert locked["read"] in ("PermissionError", "OSError")
    assert "rlimits" in locked["held"]
    assert locked["nice"] >= 10


def test_the_same_tries_succeed_outside():
    """Without the lock they work: the test above can fail."""
    found = _try("open", {name: TRIES[name] for name in ("read", "list", "name")})
    assert found == {"held": [], "nice": found["nice"], "read": "done", "list": "done", "name": "done"}


def test_a_process_with_another_thread_does_not_go_on():
    program = (
        "import threading, time\nfrom serve.console.sandbox import NotAlone, lock_in\n"
        "threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n"
        "try:\n    lock_in()\nexcept NotAlone:\n    print('refused', flush=True)\n    __import__('os')._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "refused"
