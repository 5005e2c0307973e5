"""The stream goes on exactly where history ended."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.settings import read_settings
from etl.synth.feedspec import SPECS, spec_of
from etl.synth.history import write_history
from etl.synth.stream import StreamError, open_stream, run_stream, write_round
from tests.synth.conftest import NOW, STOWN, small_plan
from tests.synth.readings import sound_rows

EARLIER = NOW - 26 * 3600


def settings_of(home, now: int = NOW):
    instant = datetime.fromtimestamp(now, UTC).isoformat()
    return read_settings({}, town=str(STOWN), home=home, now=instant)


@pytest.fixture(scope="module")
def streamed(tmp_path_factory):
    """History until a day earlier, then the stream in steps, restarted once on the way."""
    home = tmp_path_factory.mktemp("streamed")
    write_history(small_plan(home, now=EARLIER), say=lambda text: None)
    stream = open_stream(settings_of(home))
    for at in range(EARLIER, NOW - 3 * 3600, 5 * 3600):
        write_round(stream, at, speed=1)
    stream = open_stream(settings_of(home))
    for spec in SPECS:
        stream.deliver(spec, NOW)
    stream.save()
    return home


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.feed)
def test_history_and_stream_end_where_a_longer_history_ends(small, streamed, spec):
    whole, parts = sound_rows(small.home, spec), sound_rows(streamed, spec)
    assert parts.keys() == whole.keys()
    assert [key for key in whole if parts[key] != whole[key]] == []


def test_a_feed_with_nothing_to_say_still_moves_its_watermark(streamed):
    stream = open_stream(settings_of(streamed))
    for spec in SPECS:
        assert stream.deliver(spec, NOW + 1) < 5
    newest = {spec.feed: max((streamed / "landing" / spec.feed).iterdir()) for spec in SPECS}
    assert all(path.name.split("_")[-1].startswith("20260910120001") for path in newest.values())
    assert all(path.stat().st_size > 0 for path in newest.values())
    assert not list((streamed / "landing").rglob(".*"))


def test_the_stream_catches_up_but_never_overtakes_the_present(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.synth.stream.TICK_S", 0)
    write_history(small_plan(tmp_path, now=EARLIER), say=lambda text: None)
    run_stream(settings_of(tmp_path), rounds=6)
    ends = open_stream(settings_of(tmp_path)).ends
    assert all(NOW - 300 <= end <= NOW + 60 for end in ends.values())


def test_without_a_history_it_says_what_to_run(tmp_path):
    with pytest.raises(StreamError, match=r"etl\.synth history"):
        open_stream(settings_of(tmp_path))


def test_live_feeds_are_out_of_step_with_each_other():
    fires = {
        spec.feed: [at for at in range(100_000, 101_000) if spec.is_due(at - 1, at, stretch=1)]
        for spec in SPECS
    }
    assert len(fires["police_110"]) in (33, 34)
    assert len({tuple(each) for each in fires.values()}) == len(SPECS)
    assert spec_of("police_110").is_due(0, 10**6, stretch=1)


def test_the_stream_goes_on_into_the_next_month(tmp_path):
    before = int(datetime(2026, 9, 30, 12, 0, tzinfo=UTC).timestamp())
    after = before + 10 * 3600  # six in the morning of the first of October
    write_history(small_plan(tmp_path / "whole", now=after), say=lambda text: None)
    write_history(small_plan(tmp_path / "parts", now=before), say=lambda text: None)
    stream = open_stream(settings_of(tmp_path / "parts", after))
    write_round(stream, after, speed=1)
    for feed in ("police_110", "complaint_12345"):
        whole, parts = (sound_rows(tmp_path / name, spec_of(feed)) for name in ("whole", "parts"))
        assert any("202610" in key for key in whole)
        assert parts == whole
