"""The guard: nobody without a session, nobody beyond his role, nothing but the registered calls."""

from __future__ import annotations

import itertools
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocketDisconnect

from access.policy import PERMISSIONS, ROLES
from tests.access.small_app import call_body, serve_small_app

CALLS = "/_dash-update-component"
SECRET_TEXT = ("Traceback", "secret inside", 'File "')


def routes_of(served) -> list[str]:
    """Returns every path the server knows, placeholders filled in."""
    paths = {getattr(route, "path", "/") for route in served.dash.server.routes}
    filled = [path.replace("{level}", "grid").replace("{package_name}", "dash") for path in paths]
    return sorted({path.split("{")[0] if "{" in path else path for path in filled})


def test_nothing_answers_a_stranger(served):
    with served.client() as client:
        paths = [
            *routes_of(served),
            "/cases",
            "/assets/x.css",
            "/_dash-ws-callback",
            "/_mcp",
            "/docs",
            "/openapi.json",
        ]
        assert {"/events", "/geo/grid.json", "/_dash-layout", "/status"} <= set(paths)
        for path in paths:
            if path in ("/login", "/healthz"):
                continue
            assert client.get(path).status_code == 401, path
            page = client.get(path, headers={"accept": "text/html"})
            assert page.status_code in (303, 401), path
            assert page.headers.get("location", "/login?").startswith("/login?"), path
            assert client.post(path, json=call_body()).status_code in (401, 405, 415), path
        assert client.get("/login").status_code == 200
        assert client.get("/healthz").json().keys() == {"ok", "generation", "age_s", "freshness"}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_gets_its_callbacks_and_no_other(served, role):
    client = served.client(role)
    needed = {"home": "view", "stage": "view", "cases": "cases"}
    assert len(needed) == len([shape for shape in served.guard._rules.calls])
    for key, permission in needed.items():
        got = client.post(CALLS, json=call_body(key)).status_code
        assert got == (200 if role in PERMISSIONS[permission] else 403), (role, key)


@pytest.mark.parametrize("role", ROLES)
def test_pages_and_routes_follow_the_role(served, role):
    with served.client(role) as client:
        may_see_cases = role in PERMISSIONS["cases"]
        for path in ("/cases", "/cases/7", "/cases/"):
            assert client.get(path).status_code == (200 if may_see_cases else 403), (role, path)
        assert client.get("/").status_code == 200
        assert client.get("/nowhere").status_code == 404
        assert client.get("/audit.json").status_code == (200 if role == "auditor" else 403)
        # The page switch happens without a page load: the path inside the call counts as much.
        inside = client.post(CALLS, json=call_body("stage", path="/cases/7")).status_code
        assert inside == (200 if may_see_cases else 403)


def tampered() -> list[tuple[str, dict]]:
    """Returns calls no page would make, each one change away from a good one."""
    found = []

    def case(name, change, key="cases"):
        body = call_body(key)
        change(body)
        found.append((name, body))

    case("unknown output", lambda b: b.update(output="nothing.children"))
    case("clientside output", lambda b: b.update(output="view.data"))
    case("output of another", lambda b: b.update(output="home-card-value.children"))
    case("other outputs", lambda b: b["outputs"][0].update(id="stage"))
    case("other output property", lambda b: b["outputs"][0].update(property="title"))
    case("missing output", lambda b: b["outputs"].pop())
    case("no outputs", lambda b: b.pop("outputs"))
    case("other input id", lambda b: b["inputs"][0].update(id="generation"))
    case("other input property", lambda b: b["inputs"][0].update(property="modified_timestamp"))
    case("extra input", lambda b: b["inputs"].append(b["inputs"][0]))
    case("no input", lambda b: b.update(inputs=[]))
    case("inputs no list", lambda b: b.update(inputs={"0": b["inputs"][0]}))
    case("input key", lambda b: b["inputs"][0].update(secret=1))
    case("state key of pattern", lambda b: b["state"][0][0]["id"].update(more=1))
    case("state pattern value", lambda b: b["state"][0][0]["id"].update(kind="other"))
    case("state pattern nested", lambda b: b["state"][0][0]["id"].update(index=[1]))
    case("state missing", lambda b: b.update(state=[]))
    case("state not a list", lambda b: b.update(state=[b["state"][0][0]]))
    case("changed elsewhere", lambda b: b.update(changedPropIds=["home-card-value.children"]))
    case("changed no texts", lambda b: b.update(changedPropIds=[{}]))
    case("extra key", lambda b: b.update(cancelJob="1"))
    case("view no object", lambda b: b["inputs"][0].update(value="x"))
    case("search no text", lambda b: b["inputs"][0]["value"].update(search=7))
    case("search too long", lambda b: b["inputs"][0]["value"].update(search="x" * 9000))
    case("generation no number", lambda b: b["inputs"][1].update(value="1"), key="home")
    return found


@pytest.mark.parametrize(
    ("name", "body"), tampered(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_changed_call_is_refused(served, name, body):
    client = served.client("leader")
    assert client.post(CALLS, json=call_body("cases")).status_code == 200
    answer = client.post(CALLS, json=body)
    assert answer.status_code == 400, name
    assert answer.json() == {"error": "bad_call"}


BODIES = [b"", b"null", b"[]", b"{}", b"1e999", b'"x"', b"{", b"\xff\xfe", b'{"output": null}',
          b'{"output": {}}', b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'{"output":"\\ud800"}',
          b'{"inputs": NaN}',
          json.dumps({"output": "stage.children", "inputs": 1}).encode()]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_malformed_body_is_answered_400_without_the_inside(served, body):
    answer = served.client("leader").post(CALLS, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert not any(text in answer.text for text in SECRET_TEXT)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory, accounts_file):
    return serve_small_app(tmp_path_factory.mktemp("home"), accounts_file).client("leader")


@given(
    key=st.sampled_from(["home", "stage", "cases"]),
    where=st.sampled_from(["output", "outputs", "inputs", "state", "changedPropIds", "value"]),
    value=json_values,
)
def test_no_value_anywhere_gives_a_server_error(fuzzed, key, where, value):
    body = call_body(key)
    if where == "value":
        body["inputs"][0]["value"] = value
    else:
        body[where] = value
    answer = fuzzed.post(CALLS, content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code < 500
    assert not any(text in answer.text for text in SECRET_TEXT)


def test_a_failing_callback_tells_nothing(served):
    client = served.client("leader")
    for search, status in (("?crash", 500), ("?odd", 400)):
        answer = client.post(CALLS, json=call_body("cases", search=search))
        assert answer.status_code == status
        assert not any(text in answer.text for text in SECRET_TEXT)


def test_a_big_body_is_refused_whether_announced_or_not(served):
    client = served.client("leader")
    assert (
        client.post(CALLS, content=b"x" * 3_000_000, headers={"content-type": "application/json"}).status_code
        == 413
    )

    def slowly():
        for _ in range(40):
            yield b"x" * 100_000

    assert (
        client.post(CALLS, content=slowly(), headers={"content-type": "application/json"}).status_code == 413
    )


def test_another_site_cannot_post(served):
    client = served.client("leader")
    good = call_body()
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none", "origin": "http://127.0.0.1"},
    ):
        assert client.post(CALLS, json=good, headers=headers).status_code == 403, headers
        assert client.post("/logout", headers=headers).status_code == 403
        assert client.post("/login", data={"username": "leader"}, headers=headers).status_code == 403
    for headers in ({}, {"origin": "http://127.0.0.1"}, {"sec-fetch-site": "same-origin"}):
        assert client.post(CALLS, json=good, headers=headers).status_code == 200, headers


def test_other_content_types_and_methods_are_refused(served):
    client = served.client("leader")
    body = json.dumps(call_body())
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert client.post(CALLS, content=body, headers={"content-type": kind}).status_code == 415
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert client.request(method, "/").status_code == 405, method
    assert client.post("/").status_code == 405


def test_foreign_hosts_are_refused(served):
    client = served.client("leader")
    for host in ("evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example", "127.0.0.1:80:80"):
        assert client.get("/", headers={"host": host}).status_code == 421, host
    for host in ("127.0.0.1:8050", "localhost", "LOCALHOST:1"):
        assert client.get("/", headers={"host": host}).status_code == 200, host


def test_no_path_leads_out(served):
    (served.home / "outside.json").write_text("{}")
    with served.client("operator") as client:
        tries = ["/geo/../../outside.json", "/geo/..%2f..%2foutside.json", "/geo/%2e%2e/%2e%2e/outside.json",
                 "/geo/..%5coutside.json", "/assets/../app.py", "/assets/%2e%2e/app.py", "//etc/passwd",
                 "/_dash-component-suites/dash/../../../etc/passwd", "/geo/outside%00.json",
                 "/_dash-component-suites/os/os.py", "/_dash-component-suites/dash/dash.py",
                 "/geo//etc/passwd.json", "/geo/%252e%252e%252foutside.json"]  # fmt: skip
        for path in tries:
            answer = client.get(f"http://127.0.0.1{path}")
            assert answer.status_code in (400, 404), (path, answer.status_code)
        assert client.get("/geo/grid.json").status_code == 200


def test_every_answer_carries_the_security_headers(served):
    with served.client("leader") as client:
        for path in ("/", "/_dash-layout", "/login", "/healthz", "/nowhere", "/geo/grid.json"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "unsafe-eval" not in policy
            assert "'unsafe-inline'" not in policy.split("style-src")[0]
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert "server" not in headers
            assert "cache-control" in headers
        assert client.get("/").headers["cache-control"] == "no-store"
        assert client.get("/_dash-layout").headers["cache-control"] == "no-store"


def test_the_page_tells_no_versions(served):
    text = served.client("leader").get("/").text
    assert '"python_version":""' in text
    assert '"dash_version":""' in text
    assert sys.version.split()[0] not in text


def test_websockets_are_closed(served):
    client = served.client("leader")
    for path in ("/_dash-ws-callback", "/"):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
            pass


def test_people_are_told_in_words(served):
    wall = served.client("wall")
    page = wall.get("/cases", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "您的账号无权查看此页" in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    wall.cookies.set("lang", "en")
    missing = wall.get("/nowhere", headers={"accept": "text/html"})
    assert missing.status_code == 404
    assert "There is no such page." in missing.text
    assert wall.get("/cases", headers={"accept": "application/json"}).json() == {"error": "role"}


def test_two_hosts_in_one_request_are_refused(served):
    client = served.client("leader")
    answer = client.get("/", headers=[("host", "127.0.0.1"), ("host", "evil.example")])
    assert answer.status_code in (400, 421)


def test_the_role_matrix_covers_all_callbacks(served):
    """Twin of the policy test: a role taken out of a permission is really refused."""
    pairs = list(itertools.product(ROLES, ("home", "cases")))
    allowed = [
        pair for pair in pairs if served.client(pair[0]).post(CALLS, json=call_body(pair[1])).is_success
    ]
    assert len(allowed) == len(ROLES) + len(PERMISSIONS["cases"])
