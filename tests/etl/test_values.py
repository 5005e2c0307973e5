"""What becomes of single values: times and zones, coordinates and datums, masks."""

import json

import duckdb
import numpy as np
import pytest

from etl.datum import DATUMS, from_wgs84, to_wgs84
from etl.privacy import address_mask_sql, text_mask_sql

HEAD = "警情编号,报警时间,接警时间,派警时间,到达时间,处置完成时间,类别代码,经度,纬度,地址,描述,联系电话,网格,更新时间"


def call(desk, tmp_path, received: str):
    path = tmp_path / "f.parquet"
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT 'K' AS call, {received} AS received) TO '{path}' (FORMAT parquet)")
    desk.load("calls", path.read_bytes())
    return str(desk.one("SELECT reported_at FROM raw_report"))


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-01-15 08:00:00", "2026-01-15 13:00:00"),  # winter, -5
        ("2026-07-15 08:00:00", "2026-07-15 12:00:00"),  # summer, -4
        ("2026-11-01 01:30:00", "2026-11-01 06:30:00"),  # happens twice: the second pass, standard time
        ("2026-03-08 02:30:00", "2026-03-08 07:30:00"),  # never happens: on by the gap, 03:30 summer time
    ],
)
def test_local_times_of_a_zone_with_summer_time(desk, tmp_path, local, utc):
    assert call(desk, tmp_path, f"TIMESTAMP '{local}'") == utc


@pytest.mark.parametrize(
    "text", ["2026-07-15T08:00:00Z", "2026-07-15 16:00:00+08:00", "2026-07-15T04:00:00-0400"]
)
def test_an_offset_in_the_text_beats_the_zone_of_the_feed(desk, tmp_path, text):
    assert call(desk, tmp_path, f"'{text}'") == "2026-07-15 08:00:00"


def test_times_as_offices_and_spreadsheets_write_them(desk):
    """In a zone of five and a half hours: 15:00 there is 09:30 in UTC; day 44866.5 of a 1904 workbook is noon of 2026-11-02."""
    told = {
        "2026年11月2日 下午3时": "2026-11-02 09:30:00",
        "2026年11月2日 上午9时05分": "2026-11-02 03:35:00",
        "2026年11月2日 凌晨12时": "2026-11-01 18:30:00",
        "2026年11月2日 中午12时30分": "2026-11-02 07:00:00",
        "44866,5": "2026-11-02 06:30:00",
        "1793491200000000": "2026-11-01 00:00:00",
    }
    rows = "".join(f"{number};{text};;\n" for number, text in enumerate(told))
    assert desk.load("noise_log", f"编号;时间;位置;\n;上报;经度;纬度\n{rows}").exit_code == 0
    held = desk.rows("SELECT reported_at::VARCHAR FROM raw_report ORDER BY source_key")
    assert [row[0] for row in held] == list(told.values())


def test_midnight_written_as_24_and_full_width_digits(desk):
    for number, text in enumerate(
        ("2026-10-31 24:00:00", "２０２６－１１－０１　００：００：００", " 2026-11-01 00:00:00 ")
    ):
        row = f"J{number},{text},,,,,,,,,,,,2026-11-01 09:00:00"
        desk.load("police_110", f"{HEAD}\n{row}\n", f"{number}.csv")
    assert {str(row[0]) for row in desk.rows("SELECT reported_at FROM raw_report")} == {"2026-10-31 16:00:00"}


@pytest.mark.parametrize("datum", DATUMS)
def test_conversions_are_inverse_within_a_centimetre(datum):
    lon, lat = np.meshgrid(np.linspace(73, 135, 60), np.linspace(4, 53, 60))
    back = to_wgs84(*from_wgs84(lon, lat, datum=datum), datum=datum)
    assert np.abs(np.array(back) - [lon, lat]).max() < 1e-7


def test_shifts_at_the_town_are_the_known_ones():
    """At 三墩 GCJ-02 lies 527 m and BD-09 1,163 m from WGS-84 (reliability notes, measured)."""
    for datum, metres in (("gcj02", 527), ("bd09", 1163)):
        lon, lat = from_wgs84(np.array([120.09]), np.array([30.32]), datum=datum)
        east, north = (lon[0] - 120.09) * 111320 * np.cos(np.radians(30.32)), (lat[0] - 30.32) * 110850
        assert np.hypot(east, north) == pytest.approx(metres, rel=0.03)


def located(count: int, *, datum: str) -> str:
    chance = np.random.default_rng(5)
    cell = chance.integers(0, 25, count)
    lon = 120.05 + 0.02 * (cell % 5) + chance.uniform(0.001, 0.019, count)
    lat = 30.28 + 0.02 * (cell // 5) + chance.uniform(0.001, 0.019, count)
    x, y = from_wgs84(lon, lat, datum=datum)
    lines = [
        f"J{n},2026-11-01 08:00:00,,,,,,{x[n]:.6f},{y[n]:.6f},,,,G{cell[n]:03d},2026-11-01 09:00:00"
        for n in range(count)
    ]
    return "\n".join([HEAD, *lines]) + "\n"


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_points_of_a_file_in_another_datum_are_held_back(desk, datum):
    result = desk.load("police_110", located(30, datum=datum))
    assert (result.new_count, result.quarantined_count) == (30, 0)
    assert desk.rows("SELECT count(lon), count(source_lon) FROM raw_report") == [(0, 30)]
    assert (
        desk.one("SELECT count(*) FROM flag WHERE flag_code = 'datum_mismatch' AND row_no IS NOT NULL") == 30
    )
    told = desk.one("SELECT value_text FROM flag WHERE flag_code = 'datum_mismatch' AND row_no IS NULL")
    assert "declared wgs84" in told


def test_points_in_the_declared_datum_stay(desk):
    desk.load("police_110", located(30, datum="wgs84"))
    assert desk.one("SELECT count(lon) FROM raw_report") == 30


def test_29_points_prove_nothing(desk):
    desk.load("police_110", located(29, datum="bd09"))
    assert desk.one("SELECT count(lon) FROM raw_report") == 29


def test_a_bd09_feed_is_stored_in_wgs84_with_the_original_beside(desk):
    lon, lat = from_wgs84(np.array([120.09]), np.array([30.32]), datum="bd09")
    row = {"id": "P1", "ts": 1793491200000, "loc": {"lng": lon[0], "lat": lat[0]}, "phone": "138 0000 0001"}
    desk.load("photos", json.dumps(row) + "\n")
    held = desk.rows("SELECT lon, lat, source_lon FROM raw_report")[0]
    assert held[:2] == pytest.approx((120.09, 30.32), abs=1e-7)
    assert held[2] == pytest.approx(lon[0])


def test_one_caller_is_one_hash_however_the_number_is_written(desk):
    numbers = ("13800000001", "138 0000 0001", "+8613800000001", "138-0000-0001", "13800000002")
    for number, phone in enumerate(numbers):
        desk.load(
            "photos",
            json.dumps({"id": f"P{number}", "ts": 1793491200000, "phone": phone}) + "\n",
            f"{number}.jsonl",
        )
    hashes = [row[0] for row in desk.rows("SELECT reporter_hash FROM raw_report ORDER BY source_key")]
    assert len(set(hashes[:4])) == 1
    assert hashes[4] != hashes[0]
    assert all("1380000" not in text for text in hashes)


def sql_value(expression: str, text: str) -> str:
    with duckdb.connect() as con:
        return con.execute(f"SELECT {expression} FROM (SELECT $text AS t)", {"text": text}).fetchone()[0]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请回电13812345678谢谢", "请回电138****5678谢谢"),
        ("13812345678,13912345678", "138****5678,139****5678"),
        ("座机0571-87654321", "座机0571****4321"),
        ("身份证330106199001011234", "身份证330106***********4"),
        ("联系人：张三，路口积水", "联系人：张*，路口积水"),
        ("王小明先生反映", "王*先生反映"),
        ("邮箱abc.def@example.com", "邮箱a***@example.com"),
        ("案件2026年11月编号123", "案件2026年11月编号123"),
        ("张贴小广告", "张贴小广告"),
    ],
)
def test_personal_data_inside_free_text(text, masked):
    assert sql_value(text_mask_sql("t"), text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("三墩镇西湖花苑3幢2单元501室", "三墩镇西湖花苑3幢"),
        ("古墩路12号", "古墩路12号"),
        ("厚仁路8号1203室张家", "厚仁路8号"),
        ("西湖花苑12幢3单元501", "西湖花苑12幢"),
        ("西湖花苑12幢3单元-501", "西湖花苑12幢"),
        ("西湖花苑12幢1203", "西湖花苑12幢"),
        ("西湖花苑12幢旁100米", "西湖花苑12幢旁100米"),
    ],
)
def test_addresses_end_at_the_building(text, masked):
    assert sql_value(address_mask_sql("t"), text) == masked


def test_nothing_personal_reaches_a_table(desk):
    row = "J1,坏时间,,,,,0101,120.06,30.29,三墩镇1号3幢501室,机主13812345678,13812345678,G000,2026-11-01 09:00:00"
    fine = row.replace("J1", "J2").replace("坏时间", "2026-11-01 08:00:00")
    desk.load("police_110", f"{HEAD}\n{row}\n{fine}\nJ3,只有两格13812345678\n")
    for table in ("raw_report", "quarantine", "flag", "ledger"):
        for held in desk.rows(f"SELECT * FROM {table}"):
            assert "13812345678" not in str(held), table
            assert "501室" not in str(held), table


def test_free_text_is_masked_whatever_its_grade(desk):
    assert desk.contract("photos").grade("title_text") == 1
    row = {"id": "p1", "ts": 1_793_500_000_000, "title": "路灯不亮，请回电13812345678"}
    desk.load("photos", json.dumps(row, ensure_ascii=False) + "\n")
    assert desk.one("SELECT title_text FROM raw_report") == "路灯不亮，请回电138****5678"
