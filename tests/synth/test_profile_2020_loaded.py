"""The papers' totals of January to October 2020 are computed by the product from the profile's files, not written in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.connection import Store
from data.query import fetch
from data.request import Filters, Request, Scope

ROOT = Path(__file__).resolve().parents[2]
NOW = "2020-11-01T00:00:00+08:00"
EVERYTHING = Scope(area_ids=None, department_ids=None)
LOADED = (0, 3)  # 3: the deliberately broken rows went to quarantine


@pytest.mark.slow
def test_the_screens_say_what_the_papers_say(tmp_path):
    for command in (("etl.synth", "profile-2020"), ("etl", "load-all"), ("etl", "build"), ("etl", "publish")):
        call = [sys.executable, "-m", *command, "--home", str(tmp_path), "--town", "stown", "--now", NOW]
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode in LOADED, done.stderr
    store = Store(tmp_path, zone=ZoneInfo("Asia/Shanghai"))

    def reports(**chosen: str) -> dict:
        request = Request("report_count", by=("category_code",), filters=Filters(**chosen))
        frame = fetch(request, scope=EVERYTHING, store=store).frame
        return dict(zip(frame["category_code"], frame["value"], strict=True))

    assert sum(reports().values()) == 188_703
    snapped = reports(feed_id="citizen_report")
    assert sum(snapped.values()) == 27_087
    assert sum(count for code, count in snapped.items() if code.startswith("dispute_")) == 395
