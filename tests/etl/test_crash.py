"""kill -9 at any moment leaves the state before or the state after; a retry gives the clean state."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.settings import read_settings
from etl.store import BusyError, open_store, writer_lock
from etl.verify import state_digest, verify_store

ROOT = Path(__file__).resolve().parents[2]
TOWN = ROOT / "tests" / "samples" / "towns" / "ztown"
HEAD = "警情编号,报警时间,接警时间,派警时间,到达时间,处置完成时间,类别代码,经度,纬度,地址,描述,联系电话,网格,更新时间"
KILLS = 20


def rows(first: int, count: int, version: str) -> str:
    lines = [
        f"J{n},2026-11-01 08:00:00,,,,,0101,120.06,30.29,三墩镇{n}号,内容{version},13800000001,G000,2026-11-0{version} 09:00:00"
        for n in range(first, first + count)
    ]
    return "\n".join([HEAD, *lines]) + "\n"


def command(home: Path, *arguments: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "etl",
        *arguments,
        "--home",
        str(home),
        "--town",
        str(TOWN),
        "--now",
        "2026-11-22T00:00:00Z",
    ]


def state(home: Path) -> str:
    settings = read_settings({}, town=str(TOWN), home=home)
    with open_store(settings) as con:
        assert verify_store(con, home) == []
        return state_digest(con)


def land(home: Path, name: str, text: str) -> Path:
    path = home / "landing" / "police_110" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_load_leaves_before_or_after_and_a_retry_is_clean(tmp_path):
    base = tmp_path / "base"
    land(base, "1.csv", rows(0, 3000, "1"))
    begun = time.monotonic()
    assert subprocess.run(command(base, "load-all"), cwd=ROOT, capture_output=True).returncode == 0
    before = state(base)
    clean = tmp_path / "clean"
    shutil.copytree(base, clean)
    land(clean, "2.csv", rows(2000, 3000, "2"))
    begun = time.monotonic()
    assert subprocess.run(command(clean, "load-all"), cwd=ROOT, capture_output=True).returncode == 0
    whole = time.monotonic() - begun
    after = state(clean)
    chance, seen = random.Random(7), set()
    for number in range(KILLS):
        home = tmp_path / f"try{number}"
        shutil.copytree(base, home)
        path = land(home, "2.csv", rows(2000, 3000, "2"))
        process = subprocess.Popen(
            command(home, "load-all"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # Starting the interpreter takes the first half; the moments that matter lie behind it.
        time.sleep(whole * chance.uniform(0.4, 1.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = state(home)
        assert found in {before, after}, f"kill {number} left a third state"
        assert found == after or path.exists(), "the file is still there to be tried again"
        seen.add(found)
        retry = subprocess.run(command(home, "load-all"), cwd=ROOT, capture_output=True)
        assert retry.returncode == 0, retry.stderr.decode()
        assert state(home) == after
        assert not path.exists()
        shutil.rmtree(home)
    assert before in seen, "no kill came before the end: the test proves nothing"


def test_a_file_left_by_a_crash_after_the_commit_is_only_cleared_away(desk):
    text = rows(0, 3, "1")
    desk.load("police_110", text, "a.csv")
    before = desk.digest()
    again = desk.load("police_110", text, "a.csv")  # as if the process had died before removing it
    assert again.status_code == "duplicate"
    assert desk.digest() == before
    assert not (desk.settings.landing_dir / "police_110" / "a.csv").exists()


def test_a_second_writer_is_told_so(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with writer_lock(home), pytest.raises(BusyError, match="is writing"), writer_lock(home):
        pass
    with writer_lock(home):
        told = subprocess.run(command(home, "load-all"), cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 5
    assert told.stderr.startswith("busy: ")
    assert "Traceback" not in told.stderr


@pytest.mark.slow
def test_a_full_disk_changes_nothing_and_the_load_resumes(tmp_path):
    """A limit on file size stands for the full disk: the same writes fail with the same kind of error."""
    home = tmp_path / "home"
    land(home, "1.csv", rows(0, 200, "1"))
    assert subprocess.run(command(home, "load-all"), cwd=ROOT, capture_output=True).returncode == 0
    before = state(home)
    path = land(home, "2.csv", rows(0, 20_000, "2"))
    limit = (home / "warehouse.duckdb").stat().st_size // 1024 + 256
    shell = f"ulimit -f {limit}; trap '' XFSZ; exec \"$@\""
    told = subprocess.run(
        ["bash", "-c", shell, "-", *command(home, "load-all")], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 5, told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    assert path.exists()
    assert state(home) == before
    assert subprocess.run(command(home, "load-all"), cwd=ROOT, capture_output=True).returncode == 0
    assert state(home) != before
