"""The explorer's answers: the asker's own rows whatever the address says, nonsense refused, single rows for few roles."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from tests.access.small_app import serve_small_app
from tests.published import at, incident, open_store

AS_OF_AT = at("2026-11-20 10:00")
# The accounts `department` and `grid_worker` see department d1, area g1.
INCIDENTS = [
    incident(1, at("2026-11-20 09:50"), grid_id="g1", department_id="d1", title_text="甲"),
    incident(2, at("2026-11-20 09:55"), grid_id="g3", department_id="d2", title_text="乙"),
    incident(
        3, at("2026-11-19 09:55"), grid_id="g3", department_id="d2", title_text="<script>alert(1)</script>"
    ),
]
PERIOD = "period=2026-11-01..2026-11-20"


@pytest.fixture(scope="module")
def house(tmp_path_factory, accounts_file):
    root = tmp_path_factory.mktemp("explore")
    for name in ("data", "app"):
        (root / name).mkdir()
    store = open_store(root / "data", INCIDENTS, as_of_at=AS_OF_AT)
    yield serve_small_app(root / "app", accounts_file, store=store)
    store.close()


def _cube(house, account: str, more: str = ""):
    answer = house.client(account).get(f"/explore/cube?{PERIOD}{more}")
    assert answer.status_code == 200, answer.text
    size = struct.unpack("<I", answer.content[:4])[0]
    head = json.loads(answer.content[4 : 4 + size])
    counts, offset = {}, 4 + size
    for name, across in head["parts"]:
        down = len(head["codes"][head["active"]])
        counts[name] = np.frombuffer(answer.content, "<u4", down * across, offset).reshape(down, across)
        offset += 4 * down * across
    assert len(answer.content) == offset + 4 * len(head["codes"][head["active"]])
    return head, counts


def test_a_cube_is_read_as_it_is_packed(house):
    head, counts = _cube(house, "leader", "&active=area&x=feed:police_110")
    assert (head["row_count"], head["unit"], head["active"]) == (3, "incident", "area")
    areas = dict(zip(head["codes"]["area"], counts["day"].sum(axis=1), strict=True))
    assert areas == {"": 0, "g1": 1, "g3": 2}


def test_everyone_gets_the_own_rows_only(house):
    head, _ = _cube(house, "department")
    assert head["row_count"] == 1
    assert head["codes"]["department"] == ["", "d1"]
    for more in ("&area=g3", "&department=d2", "&area_ids=g3", "&scope=all", "&g=1", "&kpi=open_count"):
        told = house.client("department").get(f"/explore/rows?{PERIOD}{more}").json()
        assert {row["incident_id"] for row in told["rows"]} <= {"i1"}, more
        assert "i2" not in json.dumps(told)
    wide = house.client("leader").get(f"/explore/rows?{PERIOD}").json()
    assert [row["incident_id"] for row in wide["rows"]] == ["i2", "i1", "i3"]
    assert wide["rows"][2]["title_text"] == "<script>alert(1)</script>"  # text, put on the page as text


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        ("wall", (200, 200, 403)),
        ("operator", (403, 403, 403)),
        ("auditor", (403, 403, 403)),
        (None, (401, 401, 401)),
    ],
)
def test_a_wall_counts_and_shows_no_single_case(house, account, codes):
    client = house.client(account)
    asked = [f"/explore/cube?{PERIOD}", f"/explore/cross?{PERIOD}&by=feed", f"/explore/rows?{PERIOD}"]
    assert tuple(client.get(each).status_code for each in asked) == codes
    if account == "wall":
        assert client.get(f"/explore/cube?{PERIOD}&q=甲").status_code == 400


@pytest.mark.parametrize(
    "more",
    [
        "&x=feed:a;feed:b",
        "&x=evil:1",
        "&x=area:g1'%20OR%201=1",
        "&x=day:2026-13-01..2026-13-02",
        "&x=hour:1-99",
        "&active=incident_id",
        "&active=day;DROP%20TABLE%20x",
        "&u=person",
        "&kpi=no_such_number",
        "&kpi=place_count",
        "&severity=9",
        "&area=%00",
        "&pick=a:b:c'",
        "&q=" + "x" * 41,
        "&lang=en&x=" + "a" * 9000,
    ],
)
def test_what_cannot_be_meant_is_refused_by_every_answer(house, more):
    answer = house.client("leader").get(f"/explore/cube?{PERIOD}{more}")
    assert answer.status_code == 400
    assert "/data/" not in answer.text  # no folder of this machine is told


@pytest.mark.parametrize(
    "more", ["&xp=0", "&xp=-1", "&xp=9999999999", "&xp=²", "&xo=title_text", "&xo=at;--"]
)
def test_a_page_that_cannot_be_is_refused(house, more):
    assert house.client("leader").get(f"/explore/rows?{PERIOD}{more}").status_code == 400


@pytest.mark.parametrize("more", ["", "&by=a", "&by=feed,feed", "&by=feed,area,day", "&by=incident_id,feed"])
def test_a_cross_table_that_cannot_be_is_refused(house, more):
    assert house.client("leader").get(f"/explore/cross?{PERIOD}{more}").status_code == 400


def test_codes_nobody_knows_select_nothing(house):
    head, counts = _cube(house, "leader", "&x=area:no_such_grid;stage:closed&active=feed")
    assert head["row_count"] == 3
    assert counts["category"].sum() == 0
