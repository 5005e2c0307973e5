"""Whatever the order, the split and the repetition of deliveries: the same rows stand in the end."""

from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEAD = "警情编号,报警时间,接警时间,派警时间,到达时间,处置完成时间,类别代码,经度,纬度,地址,描述,联系电话,网格,更新时间"
BEGIN = datetime(2026, 11, 1)
NAMES = count()
# key, version, content: few values, so that versions collide, conflict, repeat and come late
ROW = st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 2))


def line(row: tuple[int, int, int]) -> str:
    key, version, content = row
    at, changed = BEGIN + timedelta(hours=key), BEGIN + timedelta(days=1, hours=version)
    return f"J{key},{at},,,,,0101,120.06,30.29,三墩镇{content}号,内容{content},1380000000{key},G000,{changed}"


def deliver(desk, pieces: list[list[tuple[int, int, int]]]) -> str:
    for number, piece in enumerate(pieces):
        result = desk.load("police_110", "\n".join([HEAD, *map(line, piece)]) + "\n", f"{number}.csv")
        parts = result.new_count + result.updated_count + result.unchanged_count + result.quarantined_count
        assert result.status_code == "duplicate" or result.row_count == parts == len(piece)
    return desk.digest()


def schedule(data, rows: list) -> list[list]:
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(rows) - 1)), max_size=4)))
    pieces = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True) if a < b]
    repeats = data.draw(st.lists(st.integers(0, len(pieces) - 1), max_size=2))
    return [*pieces, *(pieces[index] for index in repeats)]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data(), rows=st.lists(ROW, min_size=1, max_size=12))
def test_every_schedule_ends_in_the_same_state(make_desk, data, rows):
    name = next(NAMES)
    with_one_file = deliver(make_desk(f"a{name}"), [rows])
    with_schedule = deliver(make_desk(f"b{name}"), schedule(data, rows))
    assert with_one_file == with_schedule


def test_the_newest_version_stands_and_history_stays(desk):
    for version in (1, 3, 2):
        desk.load("police_110", f"{HEAD}\n{line((0, version, version % 3))}\n", f"{version}.csv")
    held = desk.rows("SELECT version_at, _is_current FROM raw_report ORDER BY version_at")
    assert [(row[0].hour, row[1]) for row in held] == [(17, False), (18, False), (19, True)]
    assert desk.rows(
        "SELECT new_count, updated_count, unchanged_count, older_count FROM ledger ORDER BY load_id"
    ) == [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 1)]


def test_other_content_under_the_same_version_never_wins_by_coming_last(make_desk):
    one, other = line((0, 1, 0)), line((0, 1, 1))
    ends = []
    for name, order in (("ab", (one, other)), ("ba", (other, one))):
        desk = make_desk(name)
        for number, text in enumerate(order):
            desk.load("police_110", f"{HEAD}\n{text}\n", f"{number}.csv")
        assert (
            desk.one("SELECT count(*) FROM flag WHERE flag_code = 'version_conflict'")
            + desk.one("SELECT count(*) FROM quarantine WHERE reason_code = 'version_conflict'")
            >= 1
        )
        assert desk.one("SELECT max(conflict_count) FROM ledger") == 1
        ends.append(desk.digest())
    assert ends[0] == ends[1]


def test_without_versions_the_later_delivery_stands(desk):
    head = "编号,日期,时间,描述,重大\n"
    for number, text in enumerate(("烟", "火", "烟")):
        result = desk.load(
            "fire_119", f"{head}F1,2026-11-01,08:00:00,{text},是\n".encode("gb18030"), f"{number}.csv"
        )
    assert result.status_code == "duplicate"  # the third file has the bytes of the first
    desk.load("fire_119", f"{head}F1,2026-11-01,08:00:00,烟,是\n\n".encode("gb18030"), "again.csv")
    assert desk.rows("SELECT description_text FROM raw_report WHERE _is_current") == [("烟",)]
    assert desk.one("SELECT count(*) FROM raw_report") == 3


def test_the_same_bytes_change_nothing(desk):
    text = f"{HEAD}\n{line((1, 1, 1))}\n"
    desk.load("police_110", text, "a.csv")
    before = desk.digest(), desk.one("SELECT count(*) FROM raw_report")
    again = desk.load("police_110", text, "b.csv")
    assert (again.status_code, again.exit_code) == ("duplicate", 0)
    assert (desk.digest(), desk.one("SELECT count(*) FROM raw_report")) == before
