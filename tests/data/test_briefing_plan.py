"""When briefings are due: in the town's own time, across midnight, summer time, restarts and changes of the plan."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.briefing_plan import DEFAULT, GRACE, Plan, due_slots, next_slot, read_plan
from data.briefing_plan_edit import (
    PlanRefusedError,
    begins_on,
    changed_plan,
    check_asked,
    difference,
    domains_of,
    read_asked,
    write_plan,
)
from data.yamlfile import DefinitionError

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (
    SHANGHAI,
    BERLIN,
    ZoneInfo("America/New_York"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Asia/Kathmandu"),
)


def plan(*terms: dict) -> Plan:
    return Plan.model_validate({"terms": list(terms)})


DAILY = {"from": "2020-01-01", "editions": [{"edition": "daily"}]}


def told(slots) -> list[tuple[str, str, str]]:
    return [(slot.order.edition, slot.day.isoformat(), f"{slot.due_at:%m-%d %H:%M}") for slot in slots]


def test_half_past_seven_in_the_town_is_half_past_eleven_the_evening_before_in_utc():
    # 2026-11-22 is a Sunday: no weekly edition, no monthly one.
    before, after = datetime(2026, 11, 21, 23, 29, 59), datetime(2026, 11, 21, 23, 30)
    assert told(due_slots(DEFAULT, now=before, zone=SHANGHAI)) == [("daily", "2026-11-21", "11-20 23:30")]
    assert told(due_slots(DEFAULT, now=after, zone=SHANGHAI)) == [("daily", "2026-11-22", "11-21 23:30")]


def test_weekly_on_mondays_monthly_on_the_first_both_made_up_for_three_days():
    # 2026-11-23 is a Monday; at 07:30 there it is 23:30 of the 22nd in UTC.
    monday = datetime(2026, 11, 22, 23, 30)
    weekly = ("weekly", "2026-11-23", "11-22 23:30")
    for late, is_due in (
        (timedelta(), True),
        (timedelta(days=3, seconds=-1), True),
        (timedelta(days=3), False),
    ):
        assert (weekly in told(due_slots(DEFAULT, now=monday + late, zone=SHANGHAI))) is is_due, late
    first = datetime(2026, 11, 30, 23, 30)
    assert ("monthly", "2026-12-01", "11-30 23:30") in told(due_slots(DEFAULT, now=first, zone=SHANGHAI))


def test_summer_time_moves_the_instant_not_the_hour():
    # Berlin goes from +1 to +2 on 2026-03-29 and back on 2026-10-25; 07:30 is 06:30 UTC in winter, 05:30 in summer.
    every = plan(DAILY)
    for day, hour in (("2026-03-28", 6), ("2026-03-29", 5), ("2026-10-24", 5), ("2026-10-25", 6)):
        now = datetime.fromisoformat(f"{day}T12:00")
        assert [slot.due_at.hour for slot in due_slots(every, now=now, zone=BERLIN)] == [hour], day
    # An hour that does not exist (02:30 on the day the clocks jump) is the instant it would have been; one that comes
    # twice is the first of the two.
    odd = plan({**DAILY, "ready_at": "02:30"})
    assert told(due_slots(odd, now=datetime(2026, 3, 29, 12), zone=BERLIN)) == [
        ("daily", "2026-03-29", "03-29 01:30")
    ]
    assert told(due_slots(odd, now=datetime(2026, 10, 25, 12), zone=BERLIN)) == [
        ("daily", "2026-10-25", "10-25 00:30")
    ]


def test_the_term_in_force_on_the_day_decides():
    moved = plan(
        DAILY,
        {"from": "2026-11-22", "ready_at": "06:00", "editions": [{"edition": "daily", "language": "en"}]},
    )
    on_the_21st = due_slots(moved, now=datetime(2026, 11, 21, 4), zone=SHANGHAI)
    on_the_22nd = due_slots(moved, now=datetime(2026, 11, 22, 4), zone=SHANGHAI)
    assert [slot.order.language for slot in on_the_21st] == ["zh"]
    assert [(slot.order.language, f"{slot.due_at:%d %H:%M}") for slot in on_the_22nd] == [("en", "21 22:00")]
    assert due_slots(moved, now=datetime(2019, 12, 30), zone=SHANGHAI) == []


@settings(max_examples=120, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1)),
    ready=st.times(),
    steps=st.lists(st.integers(1, 40 * 60), min_size=1, max_size=30),
)
def test_a_server_that_looks_now_and_then_makes_every_morning_it_is_up_for_once(zone, start, ready, steps):
    """Whatever the zone, the hour and the pauses between looks (up to 40 hours: the server was down):
    no slot twice, never before its instant, never a day whose grace is over, none of the last 24 hours missing."""
    every = plan({**DAILY, "ready_at": f"{ready:%H:%M}"})
    hour = time(ready.hour, ready.minute)
    seen: dict[date, datetime] = {}
    now = start
    for step in steps:
        for slot in due_slots(every, now=now, zone=zone):
            assert slot.due_at <= now < slot.due_at + GRACE["daily"]
            assert slot.due_at.replace(tzinfo=UTC).astimezone(zone).date() == slot.day
            seen.setdefault(slot.day, slot.due_at)
        today = now.replace(tzinfo=UTC).astimezone(zone).date()
        for back in (0, 1):
            day = today - timedelta(days=back)
            at = datetime.combine(day, hour, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
            if at <= now < at + timedelta(hours=22):  # a day of 23 hours may be overtaken by the next one
                assert day in seen
        now += timedelta(minutes=step)
    assert sorted(seen.values()) == [seen[day] for day in sorted(seen)]


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), now=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1)))
def test_the_next_run_is_the_one_that_becomes_due(zone, now):
    for order in DEFAULT.terms[0].editions:
        upcoming = next_slot(DEFAULT, order, now=now, zone=zone)
        assert upcoming.due_at > now
        assert upcoming in due_slots(DEFAULT, now=upcoming.due_at, zone=zone)
        just_before = due_slots(DEFAULT, now=upcoming.due_at - timedelta(microseconds=1), zone=zone)
        assert upcoming not in just_before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("terms: []", "terms"),
        ("terms: [{from: 2026-01-01, editions: [{edition: hourly}]}]", "hourly"),
        ("terms: [{from: 2026-01-01, editions: [{edition: daily}, {edition: daily}]}]", "stands twice"),
        ("terms: [{from: 2026-02-01, editions: []}, {from: 2026-01-01, editions: []}]", "ascend"),
        ("terms: [{from: 2026-01-01, ready_at: 13:30, editions: []}]", "quotes"),
        ("terms: [{from: 2026-01-01, editions: [{edition: daily, mail: ['a b@c']}]}]", "not one address"),
        (
            'terms: [{from: 2026-01-01, editions: [{edition: daily, mail: ["a@b\\nBcc: c@d"]}]}]',
            "not one address",
        ),
    ],
)
def test_a_wrong_plan_is_refused_and_named(tmp_path, text, said):
    (tmp_path / "briefing.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=said) as found:
        read_plan(tmp_path, tmp_path)
    assert "briefing.yaml" in str(found.value)


def test_an_installation_s_own_plan_goes_before_the_town_s(tmp_path):
    home, town = tmp_path / "home", tmp_path / "town"
    for folder, language in ((town, "zh"), (home, "en")):
        folder.mkdir()
        entry = f"terms: [{{from: 2026-01-01, editions: [{{edition: daily, language: {language}}}]}}]"
        (folder / "briefing.yaml").write_text(entry, encoding="utf-8")
    assert read_plan(home, town).terms[0].editions[0].language == "en"
    (home / "briefing.yaml").unlink()
    assert read_plan(home, town).terms[0].editions[0].language == "zh"
    (town / "briefing.yaml").unlink()
    assert read_plan(home, town) == DEFAULT


# ---- changed on the screen ---------------------------------------------------------------------------------------

SEND = {"edition": "daily", "mail": ["a@town.example"]}


def change(before: Plan, now: datetime, **told) -> tuple[Plan, date]:
    asked = read_asked({"ready_at": "08:15", "editions": [SEND], **told})
    since = begins_on(before, asked.ready_at, now=now, zone=SHANGHAI)
    return changed_plan(before, asked, since=since), since


@pytest.mark.parametrize(
    ("hour_utc", "day"),
    [
        # 07:20 in the town: neither 07:30 nor 08:15 has come, the change counts today.
        (datetime(2026, 11, 21, 23, 20), "2026-11-22"),
        # 07:45: today's run has begun by the old hour; a second one at 08:15 would be one too many.
        (datetime(2026, 11, 21, 23, 45), "2026-11-23"),
        (datetime(2026, 11, 22, 9, 0), "2026-11-23"),
    ],
)
def test_a_change_begins_with_the_next_run_and_no_day_runs_twice_or_never(hour_utc, day):
    after, since = change(DEFAULT, hour_utc)
    assert since.isoformat() == day
    ran = set()
    for step in range(0, 3 * 24 * 60, 5):
        now = datetime(2026, 11, 21, 22, 0) + timedelta(minutes=step)
        plan_then = after if now >= hour_utc else DEFAULT
        ran |= {
            (slot.day, slot.due_at)
            for slot in due_slots(plan_then, now=now, zone=SHANGHAI)
            if slot.order.edition == "daily"
        }
    days = [each for each, _ in sorted(ran)]
    assert days == sorted(set(days))
    assert {date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)} <= set(days)


def test_what_is_written_is_what_is_read_and_folders_and_other_terms_stay(tmp_path):
    order = {"edition": "daily", "folder": "/srv/share", "mail": ["b@town.example"]}
    before = plan(
        {"from": "2026-01-01", "ready_at": "06:45", "editions": [order]},
        {"from": "2027-01-01", "editions": []},
    )
    after, since = change(before, datetime(2026, 11, 22, 9, 0))
    write_plan(tmp_path, after)
    assert read_plan(tmp_path, tmp_path / "town") == after
    assert [each.since.isoformat() for each in after.terms] == ["2026-01-01", "2026-11-23", "2027-01-01"]
    assert after.term(date(2026, 11, 22)) == before.terms[0]
    assert [each.folder for each in after.term(since).editions] == ["/srv/share"]
    told_trail = difference(before, after, since=since)
    assert told_trail == (
        "from 2026-11-23; 06:45 -> 08:15; ~daily/zh// -b@town.example +a@town.example made word,pdf"
    )


@pytest.mark.parametrize(
    "told",
    [
        {"ready_at": "25:00"},
        {"ready_at": None},
        {"editions": [SEND, SEND]},
        {"editions": [{**SEND, "folder": "/etc/cron.d"}]},
        {"editions": [{**SEND, "formats": []}]},
        {"editions": [{**SEND, "formats": ["exe"]}]},
        {"editions": [{**SEND, "area": "atlantis"}]},
        {"editions": [{**SEND, "mail": ["a@town.example, c@evil.example"]}]},
        {"editions": [{**SEND, "mail": ["a@evil.example"]}]},
        {"editions": [{**SEND, "mail": ["a@town.example\r\nBcc: c@evil.example"]}]},
        {"editions": [{**SEND, "edition": "hourly"}]},
        {"editions": [SEND] * 21},
        {"editions": "daily"},
    ],
)
def test_a_change_that_cannot_be_is_refused_by_name(told):
    known = {"area": {"C01"}, "department": set(), "formats": {"word", "pdf"}}
    domains = domains_of(DEFAULT, "cockpit@town.example")
    with pytest.raises(PlanRefusedError):
        asked = read_asked({"ready_at": "08:15", "editions": [SEND], **told})
        check_asked(asked, known=known, domains=domains)
        changed_plan(DEFAULT, asked, since=date(2026, 11, 23))
