"""The briefing's routes: who reads, notes, releases, takes along; rows come from the session, never from the address."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from data.ops import Ops
from tests.serve.briefing_desk import HOSTILE

FORMATS = ("word", "pdf", "excel", "slides", "phone")


def rows(served, sql: str) -> list[tuple]:
    ops = Ops(served.home / "ops.sqlite")
    found = [tuple(row) for row in ops.rows(sql)]
    ops.close()
    return found


def test_a_leader_reads_notes_releases_and_takes_along(served, mine):
    leader, briefing_id = served.client("leader"), mine["town"]
    state = leader.get("/briefing/state?on=2026-11-22").json()
    assert [each["briefing_id"] for each in state["versions"]] == [briefing_id]
    assert state["may"] == {"edit": True, "release": True}
    assert len(state["choices"]["areas"]) > 40
    told = {"id": briefing_id, "part": "overall", "sentence": 0, "text": " 已核实\u202e ", "is_struck": False}
    assert leader.post("/briefing/note", json=told).json()["notes"][0]["note_text"] == "已核实"
    struck = leader.post(
        "/briefing/note", json={**told, "text": "", "sentence": 2, "is_struck": True}
    ).json()["notes"]
    assert [each["is_struck"] for each in struck] == [0, 1]
    # A draft with notes is printed with them: other bytes than the kept ones.
    draft = leader.get(f"/briefing/download?id={briefing_id}&format=word")
    answer = leader.post("/briefing/release", json={"id": briefing_id}).json()["row"]
    assert answer["released_by_name"] == "leader"
    assert answer["released_at"] == "2026-11-22 09:00"
    word = leader.get(f"/briefing/download?id={briefing_id}&format=word")
    text = zipfile.ZipFile(io.BytesIO(word.content)).read("word/document.xml").decode()
    assert "已核实" in text
    assert "2026-11-22 09:00" in text
    assert hashlib.sha256(word.content).hexdigest() == answer["files"]["word"]["sha256"]
    # Released: neither noted nor released again, and the same bytes every time.
    assert leader.post("/briefing/note", json=told).status_code == 409
    assert leader.post("/briefing/release", json={"id": briefing_id}).status_code == 409
    assert leader.get(f"/briefing/download?id={briefing_id}&format=word").content == word.content
    kept = rows(served, "SELECT kind_code, format_code, sha256, actor_name FROM export_register")
    digests = [hashlib.sha256(each.content).hexdigest() for each in (draft, word, word)]
    assert kept == [("briefing", "word", digest, "leader") for digest in digests]
    assert digests[0] != digests[1]
    trail = [row[0] for row in rows(served, "SELECT action_code FROM audit WHERE actor_name = 'leader'")]
    assert [each for each in trail if each.startswith("briefing")] == [
        "briefing_noted",
        "briefing_noted",
        "briefing_released",
        "briefing_refused",
        "briefing_refused",
    ]


@pytest.mark.parametrize("format_code", FORMATS)
def test_a_marked_copy_names_its_reader_an_unmarked_one_is_the_kept_one(served, mine, format_code):
    analyst = served.client("analyst")
    path = f"/briefing/download?id={mine['town']}&format={format_code}"
    plain, marked = analyst.get(path), analyst.get(f"{path}&watermark=1")
    assert plain.status_code == marked.status_code == 200
    assert plain.content != marked.content
    document = analyst.get(f"/briefing/document?id={mine['town']}").json()
    digest = hashlib.sha256(plain.content).hexdigest()
    assert document["row"]["files"][format_code]["sha256"] == digest
    assert plain.headers["content-disposition"].startswith("attachment;")
    assert rows(served, "SELECT sha256 FROM export_register") == [
        (digest,),
        (hashlib.sha256(marked.content).hexdigest(),),
    ]
    if format_code == "phone":
        assert "analyst 2026-11-22 09:00" in marked.text
        assert "analyst 2026-11-22" not in plain.text


def test_a_department_finds_its_own_edition_only(served, mine):
    """The account's department is d1; whatever it asks, the town's and d2's briefing do not exist for it."""
    department = served.client("department")
    state = department.get("/briefing/state?on=2026-11-22").json()
    assert state["wanted"]["department"] == "d1"
    assert [each["briefing_id"] for each in state["archive"]] == [mine["d1"]]
    assert [each["id"] for each in state["choices"]["departments"]] == ["d1"]
    assert state["may"] == {"edit": False, "release": False}
    assert department.get(f"/briefing/document?id={mine['d1']}").status_code == 200
    assert department.get(f"/briefing/download?id={mine['d1']}&format=phone").status_code == 200
    for other in ("town", "d2"):
        for path in ("document?", "download?format=pdf&", "picture?part=overall&key=hours&"):
            assert department.get(f"/briefing/{path}id={mine[other]}").status_code == 404, (other, path)
    for asked in ("department=d2", "department=d1&area=x&department=d2"):
        assert department.get(f"/briefing/state?on=2026-11-22&{asked}").status_code == 403
    for body in ({"on": "2026-11-22"}, {"on": "2026-11-22", "department": "d2"}):
        assert department.post("/briefing/make", json=body).status_code == 403
    note = {"id": mine["d1"], "part": "overall", "sentence": 0, "text": "x", "is_struck": False}
    assert department.post("/briefing/note", json=note).status_code == 403
    assert department.post("/briefing/release", json={"id": mine["d1"]}).status_code == 403


@pytest.mark.parametrize("role", ["wall", "operator", "auditor", "grid_worker"])
def test_others_learn_nothing_but_that_a_run_failed(served, mine, role):
    client = served.client(role)
    for path in ("state", f"document?id={mine['town']}", f"download?id={mine['town']}&format=pdf"):
        assert client.get(f"/briefing/{path}").status_code == 403
    for path in ("make", "note", "release"):
        assert client.post(f"/briefing/{path}", json={"id": mine["town"]}).status_code == 403
    alarm = client.get("/briefing/alarm")
    assert alarm.status_code == 200
    assert set(alarm.json()["troubles"][0]) == {"edition", "language", "day", "attempts", "next_at"}
    assert client.get("/briefing/runs").status_code == (200 if role in ("operator", "auditor") else 403)


def test_an_analyst_notes_and_does_not_release(served, mine):
    analyst = served.client("analyst")
    note = {"id": mine["town"], "part": "overall", "sentence": -1, "text": "请核实", "is_struck": False}
    note_id = analyst.post("/briefing/note", json=note).json()["notes"][0]["note_id"]
    assert analyst.post("/briefing/release", json={"id": mine["town"]}).status_code == 403
    back = analyst.post("/briefing/note", json={"withdraw": note_id}).json()["notes"]
    assert [each["withdrawn_by_name"] for each in back] == ["analyst"]
    assert analyst.post("/briefing/note", json={"withdraw": note_id}).status_code == 404


NO_NOTES = [
    {"sentence": 3},
    {"sentence": -2},
    {"sentence": "0"},
    {"sentence": True},
    {"part": "nowhere"},
    {"part": None},
    {"text": ""},
    {"text": "x" * 501},
    {"text": "\u202e\u200b"},
    {"text": "", "sentence": -1, "is_struck": True},
    {"id": 0},
    {"id": "1"},
    {"id": 99},
]


def test_a_note_stands_beside_a_sentence_that_exists_or_not_at_all(served, mine):
    for change in NO_NOTES:
        note = {
            "id": mine["town"],
            "part": "overall",
            "sentence": 0,
            "text": "x",
            "is_struck": False,
        } | change
        assert served.client("leader").post("/briefing/note", json=note).status_code in (400, 404)
        assert rows(served, "SELECT * FROM briefing_note") == []


NONSENSE = [
    "document",
    "document?id=x",
    "document?id=99",
    "document?id=../../secret",
    "download?id=1&format=../document.json",
    "download?id=1&format=document",
    "picture?id=1&part=overall&key=../../x",
    "state?on=22.11.2026",
    "state?on=2026-11-22&edition=hourly",
    "state?on=2026-11-22&language=fr",
]


def test_nonsense_is_refused_without_an_inside(served, mine):
    for path in NONSENSE:
        answer = served.client("leader").get(f"/briefing/{path}")
        assert answer.status_code in (400, 404, 422)
        assert str(served.home) not in answer.text


def test_another_site_and_a_stranger_change_nothing(served, mine):
    leader = served.client("leader")
    foreign = leader.post(
        "/briefing/release", json={"id": mine["town"]}, headers={"origin": "http://evil.example"}
    )
    form = leader.post("/briefing/release", data={"id": str(mine["town"])})
    assert (foreign.status_code, form.status_code) == (403, 415)
    assert served.client().get("/briefing/state").status_code == 401
    assert rows(served, "SELECT * FROM briefing_release") == []


def test_a_damaged_file_is_never_sent_and_the_path_stays_inside(served, mine):
    path = next((served.home / "briefings").glob("2026-11-22_daily_zh_v1*")) / "briefing.pdf"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    answer = served.client("leader").get(f"/briefing/download?id={mine['town']}&format=pdf")
    assert answer.status_code == 500
    assert str(served.home) not in answer.text
    assert rows(served, "SELECT * FROM export_register") == []


def test_a_picture_is_a_picture_and_hostile_words_stay_words(served, mine):
    leader = served.client("leader")
    picture = leader.get(f"/briefing/picture?id={mine['town']}&part=overall&key=hours")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    document = leader.get(f"/briefing/document?id={mine['town']}").json()
    sentence = document["document"]["parts"][0]["blocks"][2]["sentences"][0]
    assert sentence["text"] == HOSTILE  # JSON: the browser puts it in as text
    phone = leader.get(f"/briefing/download?id={mine['town']}&format=phone").text
    assert "<script>alert" not in phone
    assert "<img src=x" not in phone


def test_the_plan_is_changed_from_the_next_run_on_audited_and_never_unseen(served, mine):
    """09:00 on the 22nd: today's hour is past, so the change counts from the 23rd."""
    operator, leader = served.client("operator"), served.client("leader")
    read = operator.get("/briefing/plan?lang=en").json()
    assert (read["from"], read["ready_at"]) == ("2026-11-23", "07:30")
    order = {
        "edition": "daily",
        "language": "zh",
        "department": "police",
        "when": "released",
        "formats": ["pdf"],
    }
    told = {"digest": read["digest"], "ready_at": "08:15", "editions": [order]}
    for role in ("analyst", "department", "grid_worker", "wall", "auditor"):
        assert served.client(role).get("/briefing/plan").status_code == 403
        assert served.client(role).post("/briefing/plan", json=told).status_code == 403
    for wrong in (
        {"folder": "/etc"},
        {"area": "atlantis"},
        {"mail": ["a@evil.example"]},
        {"formats": ["exe"]},
    ):
        answer = operator.post("/briefing/plan", json={**told, "editions": [order | wrong]})
        assert answer.status_code == 400, wrong
    assert not (served.home / "briefing.yaml").exists()
    assert operator.post("/briefing/plan", json=told).json() == {"from": "2026-11-23"}
    # Who read the plan before that does not undo it unseen.
    assert leader.post("/briefing/plan", json={**told, "editions": []}).status_code == 409
    told_runs = leader.get("/briefing/runs").json()
    assert [(each["edition"], each["department"]) for each in told_runs["orders"]] == [
        ("daily", ""),
        ("weekly", ""),
        ("monthly", ""),
    ]
    assert leader.get("/briefing/plan").json()["editions"][0]["department"] == "police"
    assert rows(
        served, "SELECT actor_name, detail_text FROM audit WHERE action_code = 'briefing_plan_changed'"
    ) == [
        (
            "operator",
            "from 2026-11-23; 07:30 -> 08:15; -daily/zh//; +daily/zh//police released pdf; -monthly/zh//; -weekly/zh//",
        )
    ]
