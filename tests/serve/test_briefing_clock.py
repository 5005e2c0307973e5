"""The morning's run: once each morning, tried again with growing pauses, goes on after a restart, handed over once."""

from __future__ import annotations

import os
import shutil
import stat
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.briefing.canonical import document_json
from components.briefing.document import Printing
from data.briefing_plan import Plan, read_plan
from data.briefing_record import MadeBriefing, digest_of
from data.briefing_runs import Runs
from data.briefings import Archive
from data.connection import Store
from data.mail_settings import MailSettings
from data.ops import Ops
from data.settings import read_settings
from data.town import load_town
from serve.briefing_clock import ChildMaker, Clock, MakingError
from serve.briefing_delivery import Courier
from serve.briefing_making import FOLDER, Wanted, Workshop, key_of, made_briefing
from serve.briefing_status import run_rows, troubles
from tests.serve.briefing_desk import keep, small_document
from tests.serve.post_office import free_port, post_office

MORNING = datetime(2026, 11, 21, 23, 30)  # 07:30 of the 22nd in the town, a Sunday
TOWN = load_town(read_settings({}, town="stown"))
MINUTE = timedelta(minutes=1)


@dataclass
class World:
    """A clock over a real book and archive; time and making are the test's."""

    home: object
    now: datetime = MORNING
    orders: tuple = ({"edition": "daily"},)
    faults: list[str] = field(default_factory=list)
    asked: list[Wanted] = field(default_factory=list)
    mail: MailSettings | None = None

    def clock(self) -> Clock:
        """Returns the clock of a server that has just started."""
        self.ops = Ops(self.home / "ops.sqlite")
        archive, runs = Archive(self.ops, self.home / FOLDER), Runs(self.ops)
        courier = Courier(archive, runs, self.home, lambda: self.now, self.mail)
        plan = Plan.model_validate({"terms": [{"from": "2020-01-01", "editions": list(self.orders)}]})
        return Clock(
            plan=lambda: plan,
            runs=runs,
            courier=courier,
            make=self.make,
            now=lambda: self.now,
            zone=TOWN.zone,
        )

    def make(self, wanted: Wanted, by: str) -> int:
        self.asked.append(wanted)
        if self.faults:
            raise MakingError(self.faults.pop(0))
        return keep(
            self.home, small_document(until_date=wanted.on.isoformat(), department_id=wanted.department)
        )


@pytest.fixture
def world(tmp_path, archived_home, monkeypatch):
    # Printed once for the whole session: what is tried here is when, not what.
    printed = {"files": None}

    def cheaply(document, *, geo):
        if printed["files"] is None:
            printed["files"] = made_briefing(small_document(), geo=geo).files
        content = replace(document, anchor="")
        text = document_json(content)
        return MadeBriefing(
            key=key_of(document),
            title=document.title,
            generation=1,
            definitions_digest="d",
            content_sha256=digest_of(text),
            document=text,
            files=printed["files"],
        )

    monkeypatch.setattr("tests.serve.briefing_desk.made_briefing", cheaply)
    return World(tmp_path)


def test_every_morning_once(world):
    clock = world.clock()
    world.now = MORNING - MINUTE
    clock.look()
    # At 07:29 yesterday's is the newest; it is made up for.
    assert [each.on for each in world.asked] == [date(2026, 11, 21)]
    for _ in range(3):
        world.now = MORNING
        clock.look()
    assert [each.on for each in world.asked] == [date(2026, 11, 21), date(2026, 11, 22)]
    world.clock().look()  # the server starts again
    assert len(world.asked) == 2
    world.now = MORNING + timedelta(days=1)  # a Monday
    world.clock().look()
    assert world.asked[-1].on == date(2026, 11, 23)


def test_a_failed_run_is_said_tried_again_with_growing_pauses_and_then_done(world):
    world.faults = ["no data", "no data", "disk full"]
    clock = world.clock()
    tried = []
    for _ in range(60):
        before = len(world.asked)
        clock.look()
        if len(world.asked) > before:
            tried.append(int((world.now - MORNING) / MINUTE))
        told = troubles(clock, zone=TOWN.zone)
        if len(tried) <= 3:
            assert [(each["edition"], each["day"], each["attempts"]) for each in told] == [
                ("daily", "2026-11-22", len(tried))
            ]
        else:
            assert told == []
        world.now += MINUTE
    # At once, after 1, 2 and 5 minutes more: 0, 1, 3, 8.
    assert tried == [0, 1, 3, 8]
    (run,) = run_rows(clock, zone=TOWN.zone)["runs"]
    assert (run["status_code"], run["attempt_no"], run["edition"]) == ("done", 4, "daily")


def test_a_run_nobody_began_is_as_bad_as_a_failed_one(world):
    clock = world.clock()
    world.now = MORNING + timedelta(minutes=14)
    assert troubles(clock, zone=TOWN.zone) == []
    world.now = MORNING + timedelta(minutes=16)
    assert [(each["day"], each["attempts"]) for each in troubles(clock, zone=TOWN.zone)] == [
        ("2026-11-22", 0)
    ]


def test_a_plan_that_cannot_be_read_is_said(world, tmp_path):
    (tmp_path / "briefing.yaml").write_text("terms: nonsense", encoding="utf-8")
    clock = replace(world.clock(), plan=lambda: read_plan(tmp_path, tmp_path))
    assert [each["edition"] for each in troubles(clock, zone=TOWN.zone)] == ["plan"]
    assert "terms" in run_rows(clock, zone=TOWN.zone)["fault"]


def test_a_server_that_is_killed_while_it_makes_tries_again_after_it_starts(world):
    clock = world.clock()
    clock.runs.begin("daily/zh//", MORNING, at=world.now)  # the server dies here
    world.now += MINUTE
    clock.look()
    assert world.asked == []  # as long as it lives nobody else begins the same
    again = world.clock()
    again.runs.interrupted(at=world.now)
    again.look()
    assert [each.on for each in world.asked] == [date(2026, 11, 22)]
    assert [(row["attempt_no"], row["status_code"]) for row in again.runs.newest()] == [(2, "done")]


@settings(max_examples=25, deadline=None)
@given(
    pauses=st.lists(st.integers(1, 900), min_size=5, max_size=40),
    restarts=st.sets(st.integers(0, 39)),
    faults=st.lists(st.booleans(), max_size=12),
)
def test_whatever_fails_and_however_often_it_restarts_each_morning_is_made_once(
    tmp_path_factory, pauses, restarts, faults
):
    world = World(tmp_path_factory.mktemp("clock"))
    results, done = list(faults), []

    def make(wanted, by):
        if results and results.pop(0):
            raise MakingError("no")
        done.append(wanted.on)
        return 1

    clock = replace(world.clock(), make=make)
    for number, pause in enumerate(pauses):
        if number in restarts:
            clock = replace(world.clock(), make=make)
            clock.runs.interrupted(at=world.now)
        clock.look()
        world.now += timedelta(minutes=pause)
    assert len(done) == len(set(done))
    assert done == sorted(done)
    if not faults and max(pauses) < 1400:
        last = clock.runs.newest(limit=100)
        assert {row["status_code"] for row in last} == {"done"}


def mailed(port: int) -> MailSettings:
    return MailSettings(host="127.0.0.1", port=port, tls="none", sender="cockpit@town.example")


def test_what_is_made_is_handed_over_once_to_each_and_tried_again_where_it_failed(world, tmp_path):
    folder = tmp_path / "share"
    to = ["leader@town.example", "gone@town.example", "later@town.example"]
    world.orders = ({"edition": "daily", "mail": to, "folder": "share", "formats": ["word", "pdf"]},)
    with post_office() as office:
        world.mail = mailed(office.port)
        office.refused = {"gone@town.example": "550 no such user", "later@town.example": "451 try later"}
        clock = world.clock()
        for _ in range(3):
            clock.look()
        assert [to for to, _ in office.letters] == ["leader@town.example"]
        office.refused = {"gone@town.example": "550 no such user"}
        world.now += MINUTE
        world.clock().look()  # another server: the book knows what is still to do
        world.now += 30 * MINUTE
        world.clock().look()
        assert [to for to, _ in office.letters] == ["leader@town.example", "later@town.example"]
        ((_, letter), _) = office.letters
        assert [each.get_filename() for each in letter.iter_attachments()] == [
            "S镇每日简报_2026-11-22.docx",
            "S镇每日简报_2026-11-22.pdf",
        ]
        assert "受理12件。没有变化。" in letter.get_body().get_content()
    assert sorted(each.name for each in folder.iterdir()) == [
        "S镇每日简报_2026-11-22.docx",
        "S镇每日简报_2026-11-22.pdf",
    ]
    archive = Archive(world.ops, tmp_path / FOLDER)
    assert (folder / "S镇每日简报_2026-11-22.pdf").read_bytes() == archive.file(1, "pdf")
    told = {
        each["target_text"]: (each["status_code"], each["attempt_no"])
        for each in clock.runs.newest_deliveries()
    }
    assert told == {
        "share": ("sent", 1),
        "leader@town.example": ("sent", 1),
        "gone@town.example": ("refused", 1),
        "later@town.example": ("sent", 2),
    }


def test_a_mail_server_that_is_down_keeps_nothing_else_waiting_and_gets_it_later(world, tmp_path):
    world.orders = ({"edition": "daily", "mail": ["leader@town.example"], "folder": "share"},)
    world.mail = mailed(free_port())
    clock = world.clock()
    clock.look()
    assert (tmp_path / "share").is_dir()
    assert [each["status_code"] for each in clock.runs.newest_deliveries()] == ["failed", "sent"]
    with post_office() as office:
        world.mail = mailed(office.port)
        world.now += MINUTE
        world.clock().look()
        assert [to for to, _ in office.letters] == ["leader@town.example"]


def test_a_folder_that_cannot_be_written_is_told_and_tried_again(world, tmp_path):
    (tmp_path / "share").write_text("in the way", encoding="utf-8")
    world.orders = ({"edition": "daily", "folder": "share"},)
    clock = world.clock()
    clock.look()
    (first,) = clock.runs.newest_deliveries()
    assert first["status_code"] == "failed"
    (tmp_path / "share").unlink()
    world.now += MINUTE
    clock.look()
    (second,) = clock.runs.newest_deliveries()
    assert (second["status_code"], second["attempt_no"]) == ("sent", 2)
    (path,) = (each for each in (tmp_path / "share").iterdir() if each.suffix == ".pdf")
    assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 in (0o040, 0)
    assert not [each for each in (tmp_path / "share").iterdir() if each.name.startswith(".")]


def test_where_release_is_waited_for_the_released_copy_goes_out_and_only_then(world, tmp_path):
    world.orders = (
        {"edition": "daily", "mail": ["leader@town.example"], "when": "released", "formats": ["pdf"]},
    )
    with post_office() as office:
        world.mail = mailed(office.port)
        clock = world.clock()
        clock.look()
        assert office.letters == []
        release = {"actor_name": "镇领导", "role_code": "leader", "released_at": "2026-11-22 00:10:00"}
        printed = {"pdf": ("briefing.pdf", b"%PDF released")}
        clock.courier.archive.release(1, printed, note_ids=[], release=release)
        for _ in range(2):
            clock.look()
        ((_, letter),) = office.letters
        (pdf,) = letter.iter_attachments()
        assert pdf.get_content() == b"%PDF released"


def test_a_maker_that_cannot_make_says_why(tmp_path):
    settings = read_settings({}, home=tmp_path, town="stown", now="2026-11-22T01:00:00Z")
    wanted = Wanted(edition="daily", language="zh", on=date(2026, 11, 22))
    with pytest.raises(MakingError, match="nothing published yet"):
        ChildMaker(settings)(wanted, "clock")
    with pytest.raises(MakingError, match=r"not made within 0\.2 s"):
        ChildMaker(settings, limit_s=0.2)(wanted, "clock")


def test_a_maker_that_is_stopped_with_its_server_is_cut_short_and_tried_at_once(tmp_path, world):
    settings = read_settings({}, home=tmp_path / "home", town="stown", now="2026-11-22T01:00:00Z")
    maker = ChildMaker(settings)
    clock = replace(world.clock(), make=maker)
    looking = threading.Thread(target=clock.look)
    looking.start()
    while maker._running is None and looking.is_alive():
        time.sleep(0.001)
    maker.stop()
    looking.join(60)
    (row,) = clock.runs.newest()
    assert (row["status_code"], row["error_text"]) == ("failed", "interrupted")
    assert row["next_at"] == row["ended_at"]
    again = world.clock()
    again.look()
    assert again.runs.newest()[0]["status_code"] == "done"


@pytest.mark.slow
def test_the_child_makes_a_real_one_and_printing_it_again_gives_the_same_bytes(tmp_path, empty_home):
    """A town without cases: a real document of "nothing happened", made twice, reprinted once."""
    home = tmp_path / "home"
    shutil.copytree(empty_home, home)
    settings = read_settings({}, home=home, town="stown", now="2026-11-22T01:00:00Z")
    make = ChildMaker(settings)
    wanted = Wanted(edition="daily", language="zh", on=date(2026, 11, 22))
    assert make(wanted, "clock") == make(wanted, "镇领导") == 1
    ops, store = Ops(home / "ops.sqlite"), Store(home, zone=TOWN.zone, threads=1)
    archive = Archive(ops, home / FOLDER)
    row = archive.row(1)
    assert (row["made_by_name"], row["version_no"]) == ("clock", 1)
    again = Workshop(load_town(settings), store, archive).reprinted(1, Printing())
    assert {code: content for code, (_, content) in again.items()} == {
        code: archive.file(1, code) for code in again
    }
    assert archive.faults() == []
    store.close()
    ops.close()
