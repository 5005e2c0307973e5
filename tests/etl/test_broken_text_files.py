"""Awkward CSV and JSON files, each with its stated outcome: a bad row never sinks a file, a bad file never sinks a run."""

import json

import pytest

HEAD = "警情编号,报警时间,接警时间,派警时间,到达时间,处置完成时间,类别代码,经度,纬度,地址,描述,联系电话,网格,更新时间"
GOOD = (
    "J1,2026-11-01 08:00:00,2026-11-01 08:01:00,,,,0101,120.06,30.29,"
    "三墩镇1号1幢,占道经营,13800000001,G000,2026-11-01 09:00:00"
)
NEXT = GOOD.replace("J1", "J2")


def csv(*lines: str, end: str = "\n") -> str:
    return end.join([HEAD, *lines]) + end


def with_cell(heading: str, value: str, row: str = GOOD) -> str:
    cells = row.split(",")
    cells[HEAD.split(",").index(heading)] = value
    return ",".join(cells)


def noise(*lines: str) -> str:
    """Two rows of headings: `编号` merged downwards, `时间` and `位置` over what stands below them."""
    return "\n".join(["编号;时间;位置;", ";上报;经度;纬度", *lines]) + "\n"


HUGE = "长" * 400_000  # 1.2 MB in UTF-8
CASES = {
    # name: (feed, content, (status, new rows, {quarantine reasons}, {flags}))
    "clean": ("police_110", csv(GOOD, NEXT), ("loaded", 2, {}, set())),
    "no bytes": ("police_110", b"", ("empty_file", 0, {}, set())),
    "only white space": ("police_110", b"\n\n", ("no_header", 0, {}, set())),
    "header only": ("police_110", HEAD + "\n", ("loaded", 0, {}, set())),
    "byte order mark": ("police_110", b"\xef\xbb\xbf" + csv(GOOD).encode(), ("loaded", 1, {}, set())),
    "windows line ends": ("police_110", csv(GOOD, NEXT, end="\r\n"), ("loaded", 2, {}, set())),
    "old Macintosh line ends": ("police_110", csv(GOOD, NEXT, end="\r"), ("loaded", 2, {}, set())),
    "every kind of line end": (
        "police_110",
        "\r\n".join([HEAD, GOOD]) + "\n" + NEXT + "\r" + NEXT.replace("J2", "J3") + "\n",
        ("loaded", 3, {}, set()),
    ),
    "line break in another heading": (
        "police_110",
        csv(GOOD + ",x", NEXT + ",y").replace("更新时间\n", '更新时间,"备\n注"\n'),
        ("loaded", 2, {}, {"column_added"}),
    ),
    "key a spreadsheet rounded": (
        "police_110",
        csv(with_cell("警情编号", "3.30106E+17"), NEXT),
        ("loaded", 1, {"rounded_number": 1}, set()),
    ),
    "key with a character nobody sees": (
        "police_110",
        csv(GOOD, with_cell("警情编号", "J1\u200b")),
        ("loaded", 1, {"control_character": 1}, set()),
    ),
    "two rows of headings, decimal commas, many times": (
        "noise_log",
        noise(
            "001;2026年11月2日 下午3时;120,06°;30,29",
            "002;2026年1月2日 上午9时05分;120,06;1.030,29",
            "003;01.11.2026 08:00;;",
            "004;44866,5;;",
            "005;1793491200000000;;",
            "006;99999999999999;;",
            "007;2026年11月2日 晚上12时;;",
            "008;2026年11月2日 下午3时;120.06;30,29",
        ),
        ("loaded", 5, {"bad_time": 1, "before_2000": 1, "bad_number": 1}, {"bad_coordinates"}),
    ),
    "UTF-16, nothing declared": (
        "noise_log",
        noise("001;2026年11月2日 下午3时;;").encode("utf-16"),
        ("loaded", 1, {}, set()),
    ),
    "Latin-1, nothing declared": (
        "noise_log",
        noise(*[f"{n};L\u00e4rm;;" for n in range(30)]).replace("时间", "Zeit").encode("latin-1", "replace"),
        ("bad_encoding", 0, {}, set()),
    ),
    "no final newline": ("police_110", csv(GOOD)[:-1], ("loaded", 1, {}, {"no_final_newline"})),
    "cut in the last line": (
        "police_110",
        csv(GOOD, NEXT)[:-60],
        ("loaded", 1, {"ragged_row": 1}, {"no_final_newline"}),
    ),
    "blank lines between": ("police_110", csv(GOOD, "", NEXT), ("loaded", 2, {}, set())),
    "NUL byte in a field": (
        "police_110",
        csv(GOOD, NEXT.replace("占道", "占\0道")),
        ("loaded", 1, {"control_character": 1}, set()),
    ),
    "unclosed quote": (
        "police_110",
        csv(with_cell("描述", '"没有结束'), NEXT),
        ("loaded", 1, {"unclosed_quote": 1}, set()),
    ),
    "quoted newline and comma": (
        "police_110",
        csv(with_cell("描述", '"第一行，\n第二行,完"'), NEXT),
        ("loaded", 2, {}, set()),
    ),
    "doubled quotes": ("police_110", csv(with_cell("描述", '"他说""快来"""')), ("loaded", 1, {}, set())),
    "text after a closing quote": (
        "police_110",
        csv(with_cell("描述", '"完"了'), NEXT),
        ("loaded", 1, {"bad_quoting": 1}, set()),
    ),
    "too few fields": (
        "police_110",
        csv("J9,2026-11-01 08:00:00", GOOD),
        ("loaded", 1, {"ragged_row": 1}, set()),
    ),
    "too many fields": ("police_110", csv(GOOD + ",多,余", NEXT), ("loaded", 1, {"ragged_row": 1}, set())),
    "another delimiter": ("police_110", csv(GOOD).replace(",", ";"), ("column_missing", 0, {}, set())),
    "column twice": (
        "police_110",
        csv(GOOD + ",J1").replace("更新时间\n", "更新时间,警情编号\n"),
        ("duplicate_column", 0, {}, set()),
    ),
    "required column renamed": (
        "police_110",
        csv(GOOD).replace("报警时间", "报警日期"),
        ("column_missing", 0, {}, set()),
    ),
    "optional column gone": (
        "police_110",
        csv(GOOD).replace("派警时间", "派出"),
        ("loaded", 1, {}, {"column_missing", "column_added"}),
    ),
    "column added": (
        "police_110",
        csv(GOOD + ",x").replace("更新时间\n", "更新时间,备注\n"),
        ("loaded", 1, {}, {"column_added"}),
    ),
    "columns in another order": (
        "police_110",
        "\n".join(",".join(reversed(line.split(","))) for line in (HEAD, GOOD)) + "\n",
        ("loaded", 1, {}, set()),
    ),
    "padded headings": ("police_110", csv(GOOD).replace("报警时间", " 报警时间　"), ("loaded", 1, {}, set())),
    "one line in another encoding": (
        "police_110",
        csv(GOOD).encode() + (NEXT + "\n").encode("gb18030"),
        ("loaded", 1, {"bad_encoding": 1}, set()),
    ),
    "whole file in another encoding": (
        "police_110",
        csv(*[GOOD.replace("J1", f"J{n}") for n in range(5)]).encode("gb18030"),
        ("bad_encoding", 0, {}, set()),
    ),
    "UTF-16": ("police_110", csv(GOOD).encode("utf-16"), ("bad_encoding", 0, {}, set())),
    "a ZIP called csv": ("police_110", b"PK\x03\x04" + b"\0" * 100, ("wrong_type", 0, {}, set())),
    "a Parquet called csv": ("police_110", b"PAR1" + b"\0" * 100, ("wrong_type", 0, {}, set())),
    "a login page called csv": ("police_110", "<!DOCTYPE html><html>", ("wrong_type", 0, {}, set())),
    "gzip": ("police_110", b"\x1f\x8b\x08" + b"\0" * 50, ("wrong_type", 0, {}, set())),
    "field over a megabyte": (
        "police_110",
        csv(with_cell("描述", HUGE), NEXT),
        ("loaded", 1, {"too_long": 1}, set()),
    ),
    "field of half a megabyte": (
        "police_110",
        csv(with_cell("描述", HUGE[:150_000]), NEXT),
        ("loaded", 2, {}, set()),
    ),
    "key of 300 characters": (
        "police_110",
        csv(with_cell("警情编号", "J" * 300)),
        ("loaded", 0, {"too_long": 1}, set()),
    ),
    "key missing": (
        "police_110",
        csv(with_cell("警情编号", "")),
        ("loaded", 0, {"required_missing": 1}, set()),
    ),
    "key is a null word": (
        "police_110",
        csv(with_cell("警情编号", " NULL ")),
        ("loaded", 0, {"required_missing": 1}, set()),
    ),
    "version missing": (
        "police_110",
        csv(with_cell("更新时间", "-")),
        ("loaded", 0, {"required_missing": 1}, set()),
    ),
    "month 13": (
        "police_110",
        csv(with_cell("报警时间", "2026-13-01 08:00:00")),
        ("loaded", 0, {"bad_time": 1}, set()),
    ),
    "another time format": (
        "police_110",
        csv(with_cell("报警时间", "01/11/2026 8:00")),
        ("loaded", 0, {"bad_time": 1}, set()),
    ),
    "word for a time": (
        "police_110",
        csv(with_cell("处置完成时间", "待定")),
        ("loaded", 0, {"bad_time": 1}, set()),
    ),
    "in the future": (
        "police_110",
        csv(with_cell("处置完成时间", "2026-11-22 08:06:00")),
        ("loaded", 0, {"future_time": 1}, set()),
    ),
    "four minutes ahead": (
        "police_110",
        csv(with_cell("处置完成时间", "2026-11-22 08:04:00")),
        ("loaded", 1, {}, set()),
    ),
    "before 2000": (
        "police_110",
        csv(with_cell("报警时间", "1970-01-01 08:00:00")),
        ("loaded", 0, {"before_2000": 1}, set()),
    ),
    "24:00:00": ("police_110", csv(with_cell("报警时间", "2026-10-31 24:00:00")), ("loaded", 1, {}, set())),
    "full-width digits": (
        "police_110",
        csv(with_cell("报警时间", "２０２６－１１－０１　０８：００：００")),
        ("loaded", 1, {}, set()),
    ),
    "29 February 2026": (
        "police_110",
        csv(with_cell("报警时间", "2026-02-29 08:00:00")),
        ("loaded", 0, {"bad_time": 1}, set()),
    ),
    "number is a word": (
        "police_110",
        csv(with_cell("经度", "东经120度")),
        ("loaded", 0, {"bad_number": 1}, set()),
    ),
    "number is not a number": (
        "police_110",
        csv(with_cell("经度", "nan")),
        ("loaded", 0, {"bad_number": 1}, set()),
    ),
    "number is infinite": (
        "police_110",
        csv(with_cell("经度", "inf")),
        ("loaded", 0, {"bad_number": 1}, set()),
    ),
    "null island": (
        "police_110",
        csv(with_cell("经度", "0", with_cell("纬度", "0"))),
        ("loaded", 1, {}, {"bad_coordinates"}),
    ),
    "longitude 220": ("police_110", csv(with_cell("经度", "220")), ("loaded", 1, {}, {"bad_coordinates"})),
    "swapped pair": (
        "police_110",
        csv(with_cell("经度", "30.29", with_cell("纬度", "120.06"))),
        ("loaded", 1, {}, {"bad_coordinates"}),
    ),
    "negative pair": ("police_110", csv(with_cell("经度", "-120.06")), ("loaded", 1, {}, {"far_from_town"})),
    "unknown code": ("police_110", csv(with_cell("类别代码", "9999")), ("loaded", 1, {}, {"unknown_code"})),
    "garbled text": (
        "police_110",
        csv(with_cell("描述", "鍦板潃涓嶆槑锛屾湁浜鸿惤姘�")),
        ("loaded", 0, {"mojibake": 1}, set()),
    ),
    "latin garbled text": (
        "police_110",
        csv(with_cell("描述", "å\x8d é\x81\x93ç»\x8fè\x90¥")),
        ("loaded", 0, {"mojibake": 1}, set()),
    ),
    "key twice, same content": ("police_110", csv(GOOD, GOOD), ("loaded", 1, {}, set())),
    "key twice, other version": (
        "police_110",
        csv(GOOD, GOOD.replace("09:00:00", "10:00:00")),
        ("loaded", 1, {}, {"older_version"}),
    ),
    "key twice, same version, other content": (
        "police_110",
        csv(GOOD, with_cell("描述", "别的")),
        ("loaded", 1, {"version_conflict": 1}, {"version_conflict"}),
    ),
    "two faults in one row": (
        "police_110",
        csv(with_cell("经度", "x", with_cell("报警时间", "y"))),
        ("loaded", 0, {"bad_time": 1}, set()),
    ),
    "spreadsheet formula as text": (
        "police_110",
        csv(with_cell("描述", "=cmd|' /C calc'!A0")),
        ("loaded", 1, {}, set()),
    ),
    "gb18030": (
        "fire_119",
        "编号,日期,时间,描述,重大\nF1,2026-11-01,08:00:00,厨房冒烟，电话13812345678,是\n".encode("gb18030"),
        ("loaded", 1, {}, set()),
    ),
    "two time formats": (
        "fire_119",
        "编号,日期,时间,描述,重大\nF1,2026/11/01,08:00,烟,否\n".encode("gb18030"),
        ("loaded", 1, {}, set()),
    ),
    "half a time": (
        "fire_119",
        "编号,日期,时间,描述,重大\nF1,2026-11-01,,烟,否\n".encode("gb18030"),
        ("loaded", 0, {"bad_time": 1}, set()),
    ),
    "bad boolean": (
        "fire_119",
        "编号,日期,时间,描述,重大\nF1,2026-11-01,08:00:00,烟,也许\n".encode("gb18030"),
        ("loaded", 0, {"bad_boolean": 1}, set()),
    ),
    "UTF-8 declared gb18030": (
        "fire_119",
        "编号,日期,时间,描述,重大\nF1,2026-11-01,08:00:00,厨房冒烟请速来,是\n",
        ("wrong_encoding", 0, {}, set()),
    ),
    "a UTF-8 line among gb18030": (
        "fire_119",
        "编号,日期,时间,描述,重大\nF1,2026-11-01,08:00:00,烟,是\n".encode("gb18030")
        + "F2,2026-11-01,08:00:00,厨房冒烟请速来,是\n".encode(),
        ("loaded", 1, {"bad_encoding": 1}, set()),
    ),
    "bytes that are no gb18030": (
        "fire_119",
        "编号,日期,时间,描述,重大\nF1,2026-11-01,08:00:00,烟,是\n".encode("gb18030")
        + b"F2,2026-11-01,08:00:00,\xff\xff,x\n",
        ("loaded", 1, {"bad_encoding": 1}, set()),
    ),
    "same key, no versions": (
        "fire_119",
        "编号,日期,时间,描述,重大\nF1,2026-11-01,08:00:00,烟,是\nF1,2026-11-01,08:00:00,火,是\n".encode(
            "gb18030"
        ),
        ("loaded", 0, {"duplicate_key_in_file": 2}, set()),
    ),
    "step with a deadline ahead": (
        "patrol_step",
        "环节号;警情编号;环节;时间;截止\nS1;J1;派遣;2026-11-01 08:00:00;2027-01-01 08:00:00\n",
        ("loaded", 1, {}, set()),
    ),
    "json": (
        "hotline",
        json.dumps(
            {
                "data": {
                    "items": [
                        {
                            "id": 1,
                            "updated": "2026-11-01T09:00:00+08:00",
                            "called": "01/11/2026 08:00 +0800",
                            "place": "lng=120.06&lat=30.29",
                        }
                    ]
                }
            }
        ),
        ("loaded", 1, {}, set()),
    ),
    "json without the list": ("hotline", '{"data": {"rows": []}}', ("no_records", 0, {}, set())),
    "json where the list is an object": ("hotline", '{"data": {"items": {}}}', ("no_records", 0, {}, set())),
    "json, keys of 24 digits": (
        "hotline",
        json.dumps(
            {
                "data": {
                    "items": [
                        {
                            "id": 10**23 + last,
                            "updated": "2026-11-01T09:00:00Z",
                            "called": "2026-11-01 08:00:00",
                        }
                        for last in (4, 5)
                    ]
                }
            }
        ),
        ("loaded", 2, {}, set()),
    ),
    "json, empty list": ("hotline", '{"data": {"items": []}}', ("loaded", 0, {}, set())),
    "json cut off": ("hotline", '{"data": {"items": [{"id": 1', ("damaged_file", 0, {}, set())),
    "json with NaN": ("hotline", '{"data": {"items": [{"id": NaN}]}}', ("damaged_file", 0, {}, set())),
    "json nested 100,000 deep": ("hotline", "[" * 100_000 + "]" * 100_000, ("damaged_file", 0, {}, set())),
    "json record that is a word": (
        "hotline",
        json.dumps(
            {
                "data": {
                    "items": [
                        "x",
                        {"id": 2, "updated": "2026-11-01T09:00:00Z", "called": "2026-11-01 08:00:00"},
                    ]
                }
            }
        ),
        ("loaded", 1, {"bad_record": 1}, set()),
    ),
    "json in gb18030": (
        "hotline",
        '{"data": {"items": [{"id": "一二三四"}]}}'.encode("gb18030"),
        ("bad_encoding", 0, {}, set()),
    ),
    "csv called json": ("hotline", csv(GOOD), ("wrong_type", 0, {}, set())),
    "json lines, one broken": (
        "photos",
        '{"id":"P1","ts":1793491200000,"self":true}\n{"id":"P2",\n{"id":"P3","ts":1793491200000}\n',
        ("loaded", 2, {"bad_json": 1}, set()),
    ),
    "json lines in UTF-16": (
        "photos",
        '{"id":"P1","ts":1793491200000}\n{"id":"P2","ts":1793491200000}\n'.encode("utf-16"),
        ("loaded", 2, {}, set()),
    ),
    "json lines, microseconds for milliseconds": (
        "photos",
        '{"id":"P1","ts":1793491200000000}\n{"id":"P2","ts":1793491200000}\n',
        ("loaded", 1, {"bad_time": 1}, set()),
    ),
    "json lines, all broken": ("photos", '{"a\n{"b\n{"c\n{"d\n', ("bad_json", 0, {}, set())),
    "json lines, seconds for milliseconds": (
        "photos",
        '{"id":"P1","ts":1793491200}\n',
        ("loaded", 0, {"before_2000": 1}, set()),
    ),
    "json lines with a key of its own": (
        "photos",
        '{"id":"P1","ts":1793491200000,"extra":{"a":[1]}}\n',
        ("loaded", 1, {}, set()),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_file_has_its_stated_outcome(desk, name):
    feed, content, (status, new, reasons, flags) = CASES[name]
    result = desk.load(feed, content, "f.csv")
    told = result.status_code if result.status_code == "loaded" else result.reason_code
    assert told in status.split("|"), f"{result}"
    assert result.new_count == new, f"{result}"
    held = dict(desk.rows("SELECT reason_code, count(*) FROM quarantine GROUP BY 1"))
    assert held == reasons
    told_flags = {row[0] for row in desk.rows("SELECT DISTINCT flag_code FROM flag")}
    assert flags <= told_flags, told_flags
    assert not (told_flags - flags - {"column_missing", "column_added"}), told_flags
    assert result.exit_code == (4 if status != "loaded" else 3 if reasons else 0)
    assert desk.digest()
