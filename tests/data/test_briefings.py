"""The archive of briefings: nothing overwritten, nothing half there, every byte checked, released ones for good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from data.briefing_record import (
    BriefingKey,
    ChangedMeanwhileError,
    DamagedBriefingError,
    MadeBriefing,
    NoBriefingError,
    ReleasedError,
    digest_of,
)
from data.briefings import Archive
from data.durable import sweep
from data.ops import Ops

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 21, 23, 31)
KEY = BriefingKey(
    edition_code="daily",
    language_code="zh",
    since_date="2026-11-21",
    until_date="2026-11-22",
    as_of_at="2026-11-22 07:30",
)


def made(text: str = "one", key: BriefingKey = KEY) -> MadeBriefing:
    document = f'{{"text":"{text}"}}'.encode()
    return MadeBriefing(
        key=key,
        title="每日简报",
        generation=7,
        definitions_digest="d" * 64,
        content_sha256=digest_of(document),
        document=document,
        files={"word": ("briefing.docx", b"word " + document), "pdf": ("briefing.pdf", b"pdf " + document)},
    )


@pytest.fixture
def archive(tmp_path):
    ops = Ops(tmp_path / "ops.sqlite")
    yield Archive(ops, tmp_path / "briefings")
    ops.close()


def note(text: str = "已核实", sentence: int = 0, is_struck: bool = False) -> dict:
    return {"part_code": "overall", "sentence_no": sentence, "note_text": text, "is_struck": is_struck}


def test_the_same_briefing_made_twice_is_one_and_printing_it_again_gives_its_bytes(archive):
    first, is_new = archive.keep(made(), by="clock", at=AT)
    # Another copy of the same words whose files a newer writer would print differently: the kept ones stand.
    later = replace(made(), files={"word": ("briefing.docx", b"other"), "pdf": ("briefing.pdf", b"other")})
    again, is_new_again = archive.keep(later, by="leader", at=AT)
    assert (first, is_new, again, is_new_again) == (1, True, 1, False)
    assert archive.file(first, "word") == b'word {"text":"one"}'
    assert archive.document(first) == b'{"text":"one"}'


def test_other_content_becomes_a_new_version_that_names_the_former(archive):
    ids = [archive.keep(made(text), by="clock", at=AT)[0] for text in ("one", "two", "one")]
    rows = [archive.row(each) for each in ids]
    assert [(row["version_no"], row["previous_id"]) for row in rows] == [(1, None), (2, 1), (3, 2)]
    assert [archive.document(each) for each in ids] == [
        b'{"text":"one"}',
        b'{"text":"two"}',
        b'{"text":"one"}',
    ]
    assert len({row["folder_name"] for row in rows}) == 3
    assert archive.newest(KEY)["version_no"] == 3
    assert archive.faults() == []


def test_other_languages_scopes_and_days_are_other_briefings(archive):
    for change in (
        {},
        {"language_code": "en"},
        {"department_id": "d1"},
        {"area_id": "c/1"},
        {"since_date": "2026-11-20", "until_date": "2026-11-21"},
        {"edition_code": "weekly"},
    ):
        archive.keep(made(key=replace(KEY, **change)), by="clock", at=AT)
    assert [row["version_no"] for row in archive.listed()] == [1] * 6
    assert [row["department_id"] for row in archive.listed(department_id="d1")] == ["d1"]
    assert all("/" not in row["folder_name"] for row in archive.listed())


@pytest.mark.parametrize("code", ["document", "word", "pdf"])
@pytest.mark.parametrize("fault", ["flip", "cut", "gone", "longer"])
def test_a_changed_file_is_never_handed_out(archive, code, fault):
    briefing_id, _ = archive.keep(made(), by="clock", at=AT)
    archive.keep(made(key=replace(KEY, language_code="en")), by="clock", at=AT)
    name = {"document": "document.json", "word": "briefing.docx", "pdf": "briefing.pdf"}[code]
    path = archive.folder / archive.row(briefing_id)["folder_name"] / name
    content = path.read_bytes()
    path.chmod(0o600)
    if fault == "gone":
        path.unlink()
    else:
        changed = bytes([content[0] ^ 1]) + content[1:]
        path.write_bytes({"flip": changed, "cut": content[:-1], "longer": content + b"\n"}[fault])
    with pytest.raises(DamagedBriefingError, match=name):
        archive.file(briefing_id, code)
    assert [name in each for each in archive.faults()] == [True]


def test_a_released_one_never_changes(archive):
    briefing_id, _ = archive.keep(made(), by="clock", at=AT)
    first = archive.add_note(briefing_id, note(), by="镇领导", at=AT)
    second = archive.add_note(briefing_id, note("", 1, True), by="镇领导", at=AT)
    archive.withdraw_note(first, by="镇领导", at=AT)
    release = {"actor_name": "镇领导", "role_code": "leader", "released_at": "2026-11-21 23:45:00"}
    printed = {"word": ("briefing.docx", b"released word")}
    with pytest.raises(ChangedMeanwhileError):
        archive.release(briefing_id, printed, note_ids=[first, second], release=release)
    assert archive.row(briefing_id)["released_at"] is None
    archive.release(briefing_id, printed, note_ids=[second], release=release)
    row = archive.row(briefing_id)
    assert (row["released_by_name"], row["released_at"]) == ("镇领导", "2026-11-21 23:45:00")
    assert archive.file(briefing_id, "word") == b"released word"
    assert archive.file(briefing_id, "word", stage="made") == b'word {"text":"one"}'
    for change in (
        lambda: archive.add_note(briefing_id, note(), by="分析员", at=AT),
        lambda: archive.withdraw_note(second, by="镇领导", at=AT),
        lambda: archive.release(briefing_id, printed, note_ids=[second], release=release),
    ):
        with pytest.raises(ReleasedError):
            change()
    assert [(each["note_text"], each["withdrawn_by_name"]) for each in archive.notes(briefing_id)] == [
        ("已核实", "镇领导"),
        ("", None),
    ]
    # A correction is a new version: what was released stays what it was.
    again, _ = archive.keep(made("two"), by="clock", at=AT)
    assert archive.row(again)["previous_id"] == briefing_id
    assert archive.file(briefing_id, "word") == b"released word"


def test_kept_files_cannot_be_written_by_mistake(archive):
    briefing_id, _ = archive.keep(made(), by="clock", at=AT)
    folder = archive.folder / archive.row(briefing_id)["folder_name"]
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o440"}


def test_what_is_not_there_is_said(archive):
    briefing_id, _ = archive.keep(made(), by="clock", at=AT)
    for ask in (
        lambda: archive.row(99),
        lambda: archive.file(briefing_id, "slides"),
        lambda: archive.add_note(99, note(), by="x", at=AT),
        lambda: archive.withdraw_note(99, by="x", at=AT),
    ):
        with pytest.raises(NoBriefingError):
            ask()


# A run is killed at each of its steps on the way to the disk (the so-manieth call of these), then made again.
KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from data import durable
from data.briefings import Archive
from data.ops import Ops
from tests.data.test_briefings import AT, made
left = int(sys.argv[2])
def dying(name, real):
    def call(*args, **more):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)
    return call
for name in ("open", "rename", "fsync", "close"):
    setattr(os, name, dying(name, getattr(os, name)))
ops = Ops(Path(sys.argv[1]) / "ops.sqlite")
archive = Archive(ops, Path(sys.argv[1]) / "briefings")
real = ops.transaction
ops.transaction = dying("transaction", real)
print(archive.keep(made(), by="clock", at=AT)[0])
"""


def test_killed_at_any_step_the_archive_is_before_or_after_and_made_again_it_is_whole(tmp_path):
    endings, step = [], 0
    while 0 not in endings:
        step += 1
        assert step < 60
        home = tmp_path / str(step)
        home.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", KILLED.format(root=str(ROOT)), str(home), str(step)],
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        endings.append(done.returncode)
        ops = Ops(home / "ops.sqlite")
        archive = Archive(ops, home / "briefings")
        assert archive.faults() == []
        rows = archive.listed()
        assert len(rows) == (1 if done.returncode == 0 else len(rows)) <= 1
        briefing_id, _ = archive.keep(made(), by="clock", at=AT)
        assert archive.file(briefing_id, "pdf") == b'pdf {"text":"one"}'
        assert [row["version_no"] for row in archive.listed()] == [1]
        # Nothing but the one folder, and what the killed run left unfinished: swept away when it is old.
        left = [each for each in (home / "briefings").iterdir() if not each.name.startswith(".making-")]
        assert len(left) == 1
        for each in (home / "briefings").glob(".making-*"):
            os.utime(each, (0, 0))
        sweep(home / "briefings")
        assert [each.name for each in (home / "briefings").iterdir()] == [left[0].name]
        ops.close()
    assert endings.count(-signal.SIGKILL) >= 8, "the kills must fall on the steps of keeping"


def test_two_processes_that_keep_at_once_agree(archive, tmp_path):
    other_ops = Ops(tmp_path / "ops.sqlite")
    other = Archive(other_ops, tmp_path / "briefings")
    real, is_done = archive._add, []

    def meanwhile(*args, **more):
        if not is_done:
            is_done.append(other.keep(made("two"), by="other", at=AT))
        return real(*args, **more)

    archive._add = meanwhile
    briefing_id, _ = archive.keep(made("one"), by="clock", at=AT)
    assert archive.row(briefing_id)["version_no"] == 2
    assert [row["version_no"] for row in archive.listed()] == [2, 1]
    assert archive.faults() == []
    other_ops.close()
