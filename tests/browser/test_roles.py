"""The real screens of a real town, asked by those who may see some rows only: nothing they send widens them."""

from __future__ import annotations

import json

import httpx
import pytest

from access.accounts import Accounts, read_ids
from data.connection import Store
from data.ops import Ops

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CALLS = "/_dash-update-component"


@pytest.fixture(scope="module")
def cases(served) -> list[tuple[str, str, str]]:
    """Every incident with its grid and department."""
    store = Store(served.home)
    frame = store.execute("SELECT incident_id, grid_id, department_id FROM mart_incident")
    store.close()
    return list(frame.itertuples(index=False, name=None))


def split(output: str) -> list[dict] | dict:
    if output.startswith(".."):
        return [split(each) for each in output[2:-2].split("...")]
    component, _, prop = output.rpartition(".")
    return {"id": component, "property": prop}


def calls_for(dependencies: list[dict], *, page: str, view: dict):
    """Yields the calls a page's visitor can make: open it, refresh it, ask for a definition."""
    values = {"view": view, "place": view, "generation": 1, "asked": {"metric": "incident_count"}}
    for each in dependencies:
        output = each["output"]
        if each["clientside_function"] or not output.lstrip(".").startswith((f"{page}-", "stage", "drawer")):
            continue
        filled = {
            kind: [{**port, "value": values.get(port["id"])} for port in each[kind]]
            for kind in ("inputs", "state")
        }
        first = each["inputs"][0]
        changed = [f"{first['id']}.{first['property']}"]
        yield {"output": output, "outputs": split(output), **filled, "changedPropIds": changed}


@pytest.mark.parametrize("account", ["demo-grid1", "demo-grid2", "demo-department"])
def test_no_foreign_case_on_any_screen(served, cases, account):
    ops = Ops(served.home / "ops.sqlite")
    row = Accounts(ops).find(account)
    ops.close()
    areas, departments = read_ids(row["area_ids"]), read_ids(row["department_ids"])
    mine = {
        case
        for case, grid, department in cases
        if (areas is None or grid in areas) and (departments is None or department in departments)
    }
    foreign = sorted({case for case, _, _ in cases} - mine)
    assert mine
    assert foreign
    other_grid = next(grid for case, grid, _ in cases if case in set(foreign) and grid)
    screens = [
        ("overview", "/"),
        ("incidents", "/incidents"),
        ("grid", f"/grid/{other_grid}"),
        ("incident", f"/incidents/{foreign[0]}"),
    ]
    seen, count = "", 0
    with httpx.Client(base_url=served.url, timeout=60) as client:
        client.get(served.links[account])
        dependencies = client.get("/_dash-dependencies").json()
        for page, path in screens:
            for search in ("", f"?area={other_grid}&period=365d", "?area=town&department=x&offset=20"):
                view = {
                    "path": path,
                    "search": search,
                    "scale": 1,
                    "lang": "zh",
                    "theme": "dark",
                    "area_ids": None,
                }
                for call in calls_for(dependencies, page=page, view=view):
                    answer = client.post(CALLS, json=call)
                    assert answer.status_code in (200, 204), (page, search, call["output"][:40])
                    text = answer.text.replace(json.dumps(path)[1:-1], "")
                    leaked = [case for case in foreign if case in text and case != foreign[0]]
                    assert not leaked, (page, search, call["output"][:40], leaked[:3])
                    seen, count = seen + text, count + 1
        for grid in ("", f"&area={other_grid}"):  # the explorer's rows come beside the callbacks
            text = client.get(f"/explore/rows?period=365d{grid}").text
            assert not [case for case in foreign if case in text]
            seen += text
    assert count >= 30
    assert any(case in seen for case in mine), "not even his own cases: the test sees nothing"
