"""Delivery: shared answers, one computation for many, packed files that browsers keep."""

from __future__ import annotations

import gzip
import json
import threading
import time

import brotli
import pytest

from serve.encoding import accepted_coding
from tests.access.small_app import call_body
from tests.apart import apart

CALLS = "/_dash-update-component"


def test_the_second_viewer_is_answered_without_dash(served):
    served.client("leader").post(CALLS, json=call_body())
    client = served.client("leader")
    for _ in range(20):
        assert client.post(CALLS, json=call_body()).status_code == 200
    assert served.calls == ["leader"]


def test_a_new_generation_is_computed_anew(served):
    client = served.client("leader")
    client.post(CALLS, json=call_body())
    served.house.store.number = 2
    client.post(CALLS, json=call_body())
    assert len(served.calls) == 2
    assert all(key[0] == 2 for key in served.guard._app._answers)


def test_other_questions_are_computed(served):
    client = served.client("leader")
    for search in ("", "?period=7d", ""):
        client.post(CALLS, json=call_body(search=search))
    assert len(served.calls) == 2


def test_many_at_once_are_computed_once(served):
    served.gate.clear()
    codes = []
    with served.client("leader") as client:
        threads = [
            threading.Thread(target=lambda: codes.append(client.post(CALLS, json=call_body()).status_code))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        served.gate.set()
        for thread in threads:
            thread.join()
    assert codes == [200] * 8
    assert len(served.calls) == 1


def test_a_failed_answer_is_not_kept(served):
    client = served.client("leader")
    for _ in range(2):
        assert client.post(CALLS, json=call_body("cases", search="?crash")).status_code == 500
    assert not served.guard._app._answers


def test_an_incomplete_answer_is_not_kept(served):
    client = served.client("leader")
    for _ in range(2):
        assert client.post(CALLS, json=call_body(search="?incomplete")).status_code == 200
    assert len(served.calls) == 2


def test_the_answers_kept_are_bounded(served, monkeypatch):
    monkeypatch.setattr("serve.delivery.ANSWER_BYTES", 500)
    client = served.client("leader")
    for number in range(30):
        client.post(CALLS, json=call_body(search=f"?n={number}"))
    delivery = served.guard._app
    assert sum(len(each.body) for each in delivery._answers.values()) <= 500
    assert delivery._answer_bytes == sum(len(each.body) for each in delivery._answers.values())


@pytest.mark.parametrize(("coding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_texts_are_sent_packed(served, coding, unpack):
    client = served.client("leader")
    with client.stream("GET", "/_dash-dependencies", headers={"accept-encoding": coding}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == coding
    assert int(answer.headers["content-length"]) == len(packed)
    assert isinstance(json.loads(unpack(packed)), list)
    plain = client.get("/_dash-dependencies", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(plain.content) > len(packed)


def test_scripts_are_packed_once_and_kept_by_browsers(served):
    client = served.client("leader")
    page = client.get("/").text
    scripts = [part.split('"')[0] for part in page.split('src="')[1:]]
    assert scripts
    sent = whole = 0
    for path in scripts:
        answer = client.get(path, headers={"accept-encoding": "br"})
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable", path
        assert answer.headers["content-type"].startswith(("text/javascript", "application/javascript"))
        sent += int(answer.headers["content-length"])
        whole += len(answer.content)
        again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert sent < whole / 2


def test_files_are_packed_ahead(served):
    delivery = served.guard._app
    apart(lambda: delivery.warm(["/assets/a.css", "/assets/none.css"]))
    assert list(delivery._statics) == ["/assets/a.css"]
    assert brotli.decompress(delivery._statics["/assets/a.css"].encoded("br")).startswith(b"p{color:red}")
    answer = served.client("leader").get("/assets/a.css?v=1", headers={"range": "bytes=0-3"})
    assert (answer.status_code, len(answer.content)) == (200, 1200)


def test_geometry_is_kept_when_its_base_is_named(served):
    client = served.client("leader")
    named = client.get("/geo/grid.json?b=7")
    assert named.headers["cache-control"] == "private, max-age=31536000, immutable"
    plain = client.get("/geo/grid.json")
    assert plain.headers["cache-control"] == "private, no-cache"
    assert client.get("/geo/grid.json", headers={"if-none-match": plain.headers["etag"]}).status_code == 304
    assert client.get("/geo/none.json").status_code == 404


@pytest.mark.parametrize(
    ("header", "coding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", ""), ("", "")],
)
def test_coding_follows_the_browser(header, coding):
    assert accepted_coding(header) == coding
