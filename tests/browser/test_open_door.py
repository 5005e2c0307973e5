"""Other systems, and files that leave: the same numbers as the screens, only one's own rows, everything written down."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import openpyxl
import pytest

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "dispatch_within_sla_pct"


def _token(served, *more: str) -> str:
    command = [sys.executable, "-m", "access", "token", "issue", "trial", "--purpose", "test", *more]
    env = {**os.environ, "COCKPIT_HOME": str(served.home), "COCKPIT_TOWN": "stown"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def api(served):
    headers = {"authorization": f"Bearer {_token(served, '--per-minute', '6000')}"}
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def leader(served, signed_in):
    cookies = {each["name"]: each["value"] for each in signed_in["cookies"]}
    with httpx.Client(base_url=served.url, cookies=cookies, timeout=60) as client:
        yield client


def _export(client, **asked) -> httpx.Response:
    return client.get("/export/file", params={"path": "/", "search": "", "lang": "zh", **asked})


def test_without_a_token_in_force_nothing_answers(served, leader):
    assert httpx.get(f"{served.url}/api/v1/metrics").status_code == 401
    assert leader.get("/api/v1/metrics").status_code == 401, "a session's cookie must not open the interface"
    for text in ("Bearer tc_" + "x" * 43, "Basic abc", "Bearer x"):
        assert httpx.get(f"{served.url}/api/v1/metrics", headers={"authorization": text}).status_code == 401
    token = _token(served)
    env = {**os.environ, "COCKPIT_HOME": str(served.home), "COCKPIT_TOWN": "stown"}
    number = json.loads(_access(env, "token", "list", "--json"))[0]["token_id"]
    headers = {"authorization": f"Bearer {token}"}
    assert httpx.get(f"{served.url}/api/v1/areas", headers=headers).status_code == 200
    assert httpx.get(f"{served.url}/incidents", headers=headers, follow_redirects=False).status_code == 401
    _access(env, "token", "revoke", str(number))
    assert httpx.get(f"{served.url}/api/v1/areas", headers=headers).status_code == 401


def _access(env, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "access", *arguments], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_too_many_requests_are_told_when_to_come_back(served):
    headers = {"authorization": f"Bearer {_token(served, '--per-minute', '6')}"}
    answers = [httpx.get(f"{served.url}/api/v1/areas?level=town", headers=headers) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 429, 429]  # 6 a minute: one in ten seconds
    assert 1 <= int(answers[1].headers["retry-after"]) <= 10


def test_a_number_is_the_screens_number_with_n_and_interval(api, open_page):
    page = open_page("/?period=7d&lang=en")
    shown = page.locator(f"[data-kpi={NUMBER}] .digits").first.inner_text()
    found = api.get(f"/metrics/{NUMBER}", params={"period": "7d"}).json()
    row = found["rows"][0]
    assert shown.startswith(f"{row['value']:.1f}")
    assert row["n"] > 0 and row["low"] < row["value"] < row["high"]
    assert found["as_of"].endswith("Z") and found["definition_version"] >= 1


def test_groups_add_up_to_the_whole_and_unknown_areas_are_told(api):
    whole = api.get("/metrics/incident_count", params={"period": "28d"}).json()["rows"][0]["value"]
    rows = api.get("/metrics/incident_count", params={"period": "28d", "by": "grid"}).json()["rows"]
    assert sum(row["value"] for row in rows) == whole
    assert any(row["group"]["grid"] is None for row in rows), "cases without a place are told, not dropped"
    assert api.get("/incidents", params={"period": "28d", "limit": 1}).json()["total"] == whole


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/metrics/nope", 404),
        (f"/metrics/{NUMBER}?by=no_such_thing", 400),
        (f"/metrics/{NUMBER}?by=grid,feed_id,hour", 400),
        (f"/metrics/{NUMBER}?periode=7d", 422),
        (f"/metrics/{NUMBER}?period=%27;DROP%20TABLE", 400),
        (f"/metrics/{NUMBER}?as_of=2026-11-21T08:00:00", 400),
        ("/incidents?limit=100000", 422),
        ("/incidents/nothing:1", 404),
        ("/areas?level=..%2f..%2fsecret", 422),
        ("/areas?level=planet", 404),
        ("/open311/v2/requests.json?start_date=2020-01-01T00:00:00Z&end_date=2026-01-01T00:00:00Z", 400),
        ("/open311/v2/requests.json?status=maybe", 400),
    ],
)
def test_nonsense_is_refused_by_name(api, path, status):
    assert api.get(path).status_code == status


def test_open311_lists_what_the_fuller_list_has_and_closes_with_a_time(api):
    services = {each["service_code"] for each in api.get("/open311/v2/services.json").json()}
    closed = api.get("/open311/v2/requests.json", params={"status": "closed", "page_size": 50}).json()
    assert len(closed) == 50 and {each["status"] for each in closed} == {"closed"}
    assert {each["service_code"] for each in closed} <= services
    one = closed[0]
    again = api.get(f"/open311/v2/requests/{one['service_request_id']}.json").json()[0]
    full = api.get(f"/incidents/{one['service_request_id']}").json()
    assert again["closed_datetime"] == one["closed_datetime"] == full["incident"]["closed_at"]
    assert full["steps"] and full["clocks"] and full["reports"]
    both = [api.get("/open311/v2/requests.json", params={"page": n, "page_size": 5}).json() for n in (1, 2)]
    assert not {each["service_request_id"] for each in both[0]} & {
        each["service_request_id"] for each in both[1]
    }


def test_open311_takes_the_standards_lists_and_refuses_in_its_shape(api):
    path = "/open311/v2/requests.json"
    newest = api.get(path, params={"page_size": 40, "jurisdiction_id": "anything"}).json()
    ids = [each["service_request_id"] for each in newest[:3]]
    named = api.get(path, params={"service_request_id": ",".join([*ids, "nothing:1"])}).json()
    assert [each["service_request_id"] for each in named] == ids
    codes = sorted({each["service_code"] for each in newest})[:2]
    found = api.get(path, params={"service_code": ",".join(codes), "status": "open,closed"}).json()
    assert {each["service_code"] for each in found} == set(codes)
    listed = [each["service_request_id"] for each in newest if each["service_code"] in codes]
    assert [each["service_request_id"] for each in found][: len(listed)] == listed
    assert {"address_id", "zipcode", "media_url"} <= set(newest[0])
    for refused, code in (("?status=maybe", 400), ("?page_size=0", 400), ("/nothing:1", 404)):
        told = api.get(f"/open311/v2/requests{refused}.json" if code == 404 else path + refused)
        assert told.status_code == code and told.json()[0]["code"] == code and told.json()[0]["description"]


def test_a_token_sees_its_own_areas_only(served, api):
    areas = api.get("/metrics/incident_count", params={"period": "28d", "by": "grid"}).json()["rows"]
    mine = max((row for row in areas if row["group"]["grid"]), key=lambda row: row["value"])
    grid = mine["group"]["grid"]
    headers = {"authorization": f"Bearer {_token(served, '--areas', grid, '--per-minute', '6000')}"}
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=headers, timeout=60) as narrow:
        found = narrow.get("/incidents", params={"period": "28d", "limit": 500}).json()
        assert found["total"] == mine["value"] and {each["grid_id"] for each in found["incidents"]} == {grid}
        other = next(row["group"]["grid"] for row in areas if row["group"]["grid"] not in (None, grid))
        foreign = api.get("/incidents", params={"period": "28d", "area": other, "limit": 1}).json()[
            "incidents"
        ][0]
        assert narrow.get(f"/incidents/{foreign['incident_id']}").status_code == 404


def test_the_interface_describes_itself(api):
    told = api.get("/openapi.json").json()
    assert {"/metrics/{metric}", "/incidents", "/open311/v2/requests.json"} <= set(told["paths"])
    assert "HTTPBearer" in told["components"]["securitySchemes"]


def test_a_panel_leaves_as_tables_pictures_and_layers_and_is_registered(served, leader):
    forms = leader.get("/export/forms", params={"path": "/", "tile": "map", "lang": "zh"}).json()["forms"]
    assert [each["form"] for each in forms] == ["xlsx", "csv", "png", "svg", "geojson"]
    layer = _export(leader, tile="map", form="geojson").json()
    assert len(layer["features"]) == 125 and layer["features"][0]["properties"]["overall_class"]
    assert _export(leader, tile="map", form="png").content.startswith(b"\x89PNG")
    assert (
        "五色图" in _export(leader, tile="map", form="svg").text
        or b"<svg" in _export(leader, tile="map", form="svg").content
    )
    sheet = _export(leader, tile="changes", form="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    assert book.sheetnames[-2:] == ["口径", "说明"]
    assert book["说明"]["B1"] is not None and any("http" not in str(cell.value) for cell in book["说明"]["A"])
    with sqlite3.connect(f"file:{served.home}/ops.sqlite?mode=ro", uri=True) as ops:
        newest = ops.execute(
            "SELECT actor_name, format_code, row_count, filters_text, is_masked FROM export_register"
            " ORDER BY export_id DESC LIMIT 1"
        ).fetchone()
    assert newest[0] == "demo-leader" and newest[1] == "xlsx" and newest[2] > 0 and newest[4] == 1


def test_exported_rows_are_all_rows_behind_the_number_and_those_left_out(leader, api):
    told = api.get("/metrics/inspection_count", params={"period": "7d"}).json()
    whole = told["rows"][0]["value"] + sum(told["exclusions"].values())
    found = _export(leader, path="/rows/inspection_count", search="period=7d", tile="rows", form="csv")
    assert found.status_code == 200, found.text
    rows = list(csv.reader(io.StringIO(_listed(found).decode("utf-8-sig"))))
    assert len(rows) - 1 == whole, rows[:2]


def _listed(found: httpx.Response) -> bytes:
    """The list of an export: the file itself, or the biggest table of the archive."""
    if not found.content.startswith(b"PK"):
        return found.content
    with zipfile.ZipFile(io.BytesIO(found.content)) as folder:
        return max((folder.read(name) for name in folder.namelist()), key=len)


@pytest.mark.parametrize(
    "asked",
    [{"tile": "nope"}, {"tile": "../x"}, {"path": "/nope", "tile": "map"}, {"tile": "map", "form": "exe"}],
)
def test_what_is_not_there_cannot_be_exported(leader, asked):
    assert _export(leader, **{"form": "csv", **asked}).status_code == 404


def test_a_wall_takes_nothing_away_and_strangers_nothing_at_all(served, browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(served.links["demo-wall"])
    assert context.request.get(f"{served.url}/export/file?path=/&tile=map&form=csv").status == 403
    context.close()
    assert httpx.get(f"{served.url}/export/file?path=/&tile=map&form=csv").status_code in (303, 401)


def test_the_button_of_a_panel_offers_the_forms_and_gives_the_file(open_page):
    page = open_page("/safety?lang=zh")
    panel = page.locator(".panel:has([data-export])").first
    panel.hover()
    panel.locator("[data-export]").click()
    page.wait_for_selector(".export-menu a")
    with page.expect_download() as waiting:
        page.locator(".export-menu a[data-form=xlsx]").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
