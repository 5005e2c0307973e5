"""The commands: exit codes, JSON answers, backup and restore, quarantine, starting points; never a traceback."""

import json
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from data.connection import Store
from data.settings import read_settings
from data.town import load_town
from etl.__main__ import app
from etl.areas import read_grids
from etl.arrivals import list_strays
from etl.contract import load_contract

ROOT = Path(__file__).resolve().parents[2]
TOWN = ROOT / "tests" / "samples" / "towns" / "ztown"
HEAD = "警情编号,报警时间,接警时间,派警时间,到达时间,处置完成时间,类别代码,经度,纬度,地址,描述,联系电话,网格,更新时间"
ROW = "J1,2026-11-01 08:00:00,,,,,0101,120.06,30.29,三墩镇1号,占道,13800000001,G000,2026-11-01 09:00:00"


@pytest.fixture
def run(tmp_path):
    """Runs a command in a home of its own; returns exit code and the JSON answer (or the text on stderr)."""

    def run_command(*arguments, home="home", as_json=True):
        options = ["--home", str(tmp_path / home), "--town", str(TOWN), "--now", "2026-11-22T00:00:00Z"]
        result = CliRunner().invoke(app, [*map(str, arguments), *options, *(["--json"] if as_json else [])])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result.exit_code, json.loads(result.stdout) if result.stdout.startswith(
            ("{", "[")
        ) else result.output

    return run_command


@pytest.fixture
def file(tmp_path):
    def write(*rows, name="f.csv"):
        path = tmp_path / name
        path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        return path

    return write


def test_exit_codes_of_load(run, file, tmp_path):
    assert run("load", "police_110", file(ROW))[0] == 0
    assert run("load", "police_110", file(ROW))[0] == 0
    assert run("load", "police_110", file(ROW, "J2,x"))[0] == 3
    (tmp_path / "empty").write_bytes(b"")
    assert run("load", "police_110", tmp_path / "empty")[0] == 4
    assert run("load", "police_110", tmp_path / "absent")[0] == 2
    code, told = run("load", "police_11", file(ROW))
    assert (code, "did you mean 'police_110'" in told) == (2, True)


def test_of_several_files_the_gravest_counts_and_none_stops_the_rest(run, file, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    code, answer = run(
        "load", "police_110", tmp_path / "empty", file(ROW, name="a.csv"), file(ROW, "J2,x", name="b.csv")
    )
    assert code == 4
    assert [item["status_code"] for item in answer["files"]] == ["refused", "loaded", "loaded"]


def test_load_all_takes_what_landed_and_leaves_what_is_being_written(run, tmp_path):
    assert run("init")[0] == 0
    folder = tmp_path / "home" / "landing" / "police_110"
    for name in ("b.csv", "a.csv", ".c.csv", "d.csv.part"):
        (folder / name).write_text(f"{HEAD}\n{ROW.replace('J1', name[0])}\n", encoding="utf-8")
    code, answer = run("load-all")
    assert (code, [item["file_name"] for item in answer["files"]]) == (0, ["a.csv", "b.csv"])
    assert sorted(path.name for path in folder.iterdir()) == [".c.csv", "d.csv.part"]


def test_what_lands_otherwise_than_as_a_whole_file(run, tmp_path, file):
    """A file a program still writes waits; a link is refused unread and gone; folders are told, they do not wait forever."""
    assert run("init")[0] == 0
    landing, target = tmp_path / "home" / "landing", file(ROW)
    folder = landing / "police_110"
    (folder / "link.csv").symlink_to(target)
    (folder / "inner").mkdir()
    (landing / "police_11O").mkdir()
    (landing / "police_11O" / "a.csv").write_text("x", encoding="utf-8")
    with (folder / "slow.csv").open("w", encoding="utf-8") as writer:
        writer.write(f"{HEAD}\n{ROW}")
        writer.flush()
        code, answer = run("load-all")
    assert [(item["file_name"], item["reason_code"]) for item in answer["files"]] == [
        ("link.csv", "unsafe_path")
    ]
    assert (code, target.exists(), sorted(path.name for path in folder.iterdir())) == (
        4,
        True,
        ["inner", "slow.csv"],
    )
    assert (
        str(target).encode()
        in next((tmp_path / "home" / "refused" / "police_110").glob("*link.csv")).read_bytes()
    )
    assert run("load-all")[1]["files"][0]["new_count"] == 1
    strays = [line.rsplit("/", 1)[1] for line in list_strays(landing, ["police_110"])]
    assert strays == ["inner: a folder, not a file", "police_11O: no such feed"]


def test_a_corrected_row_gives_the_digest_of_a_clean_file(run, file):
    run("load", "police_110", file(ROW, ROW.replace("J1", "J2")), home="clean")
    run("load", "police_110", file(ROW, ROW.replace("J1", "J2").replace("2026-11-01 08", "2026-99-01 08")))
    code, entries = run("quarantine", "list")
    assert (code, entries[0]["reason_code"], entries[0]["row_no"]) == (0, "bad_time", 2)
    assert entries[0]["column_name"] == "报警时间"
    assert (
        run("quarantine", "resubmit", entries[0]["quarantine_id"])[0] == 3
    )  # nothing corrected: back it goes
    code, _ = run("quarantine", "resubmit", "--set", "报警时间=2026-11-01 08:00:00")
    assert code == 0
    assert run("quarantine", "list")[1] == []
    assert run("verify")[1] == run("verify", home="clean")[1]


def test_resubmitting_with_an_unknown_heading_changes_nothing(run, file):
    run("load", "police_110", file("J2,x"))
    assert run("quarantine", "resubmit", "--set", "报警时=1")[0] == 5
    assert len(run("quarantine", "list")[1]) == 1


def test_verify_tells_a_changed_row(run, file, tmp_path):
    import duckdb

    run("load", "police_110", file(ROW))
    assert run("verify")[0] == 0
    with duckdb.connect(str(tmp_path / "home" / "warehouse.duckdb")) as con:
        con.execute("UPDATE raw_report SET lat = lat + 0.0001")
    code, answer = run("verify")
    assert (code, answer["findings"][0]["claim"]) == (4, "load digest")


def test_backup_and_restore(run, file, tmp_path):
    run("load", "police_110", file(ROW))
    before = run("verify")[1]["digest"]
    copy = tmp_path / "copy.duckdb"
    assert run("backup", copy)[1]["digest"] == before
    run("load", "police_110", file(ROW, ROW.replace("J1", "J3")))
    assert run("restore", copy)[0] == 0
    assert run("verify")[1]["digest"] == before


@pytest.mark.parametrize("damage", ["cut", "flip", "foreign", "text", "empty"])
def test_a_broken_or_foreign_backup_is_refused_before_anything_is_touched(run, file, tmp_path, damage):
    import duckdb

    run("load", "police_110", file(*[ROW.replace("J1", f"J{n}") for n in range(3000)]))
    before = run("verify")[1]["digest"]
    copy = tmp_path / "copy.duckdb"
    run("backup", copy)
    data = bytearray(copy.read_bytes())
    if damage == "cut":
        copy.write_bytes(data[: len(data) // 2])
    elif damage == "flip":
        for at in range(20_000, len(data), 4096):
            data[at] ^= 1
        copy.write_bytes(data)
    elif damage == "foreign":
        copy.unlink()
        with duckdb.connect(str(copy)) as con:
            con.execute("CREATE TABLE other (a INTEGER)")
    else:
        copy.write_bytes(b"hello" if damage == "text" else b"")
    code, answer = run("restore", copy)
    assert (code, answer["restored"]) == (4, False)
    assert run("verify")[1]["digest"] == before


def test_query_reads_and_never_writes(run, file):
    run("load", "police_110", file(ROW))
    assert run("query", "SELECT source_key FROM raw_report")[1]["rows"] == [["J1"]]
    assert run("query", "DELETE FROM raw_report")[0] == 2
    assert run("query", "SELECT * FROM read_text('/etc/passwd')")[0] == 2
    assert run("query", "SELEC")[0] == 2


def invoke(*arguments):
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert "Traceback" not in result.output
    return result.exit_code, result.output


def test_a_new_town_of_two_levels_is_built_and_published(tmp_path, file):
    """The least a town can be: grids in a town; from `new-town` to published rows without a hand on any file."""
    assert invoke("new-town", "north_town", "--into", tmp_path)[0] == 0
    town, home = tmp_path / "north_town", tmp_path / "home2"
    place = ["--town", town, "--home", home]
    assert invoke("load", "citizen_report", town / "sample" / "citizen_report.csv", *place)[0] == 0
    assert invoke("new-feed", "police_new", file(ROW), *place)[0] == 0
    code, told = invoke("load", "police_new", file(ROW), *place)
    assert (code, "flag unknown_code: category_source_code = 0101" in told) == (0, True)
    code, told = invoke("new-feed", "police_new", file(ROW), *place)
    assert (code, "exists already" in told) == (2, True)
    limits = town / "responsibility.csv"
    limits.write_text(limits.read_text("utf-8").replace("dispatched", "reported"), encoding="utf-8")
    assert [invoke(command, *place)[0] for command in ("build", "publish")] == [0, 0]
    store = Store(home)
    levels = store.execute("SELECT level_code, count(*) AS n FROM dim_area GROUP BY 1 ORDER BY 1")
    assert (list(levels["level_code"]), list(levels["n"])) == (["grid", "town"], [4, 1])
    placed = store.execute(
        "SELECT feed_id, count(*) AS n, count(grid_id) AS k FROM mart_report GROUP BY 1 ORDER BY 1"
    )
    assert list(zip(placed["feed_id"], placed["n"], placed["k"], strict=True)) == [
        ("citizen_report", 16, 16),
        ("police_new", 1, 0),  # 33 km north of the made-up squares: counted, in no grid
    ]
    # The sample feed never tells when a case ended: all of it stays open, and none of it is called late.
    due = store.execute(
        "SELECT count(*) AS n, count(due_at) AS k FROM mart_incident WHERE feed_id = 'citizen_report'"
    )
    assert (due["n"][0], due["k"][0]) == (16, 0)


@pytest.mark.parametrize("name", ["North Town", "north_town"])
def test_a_town_that_cannot_be_written_is_told(tmp_path, name):
    (tmp_path / "north_town").mkdir()
    assert invoke("new-town", name, "--into", tmp_path)[0] == 2


def test_a_new_town_from_given_areas_keeps_their_ids_and_tells_a_zone_that_does_not_fit(tmp_path):
    ring = [[-87.7, 41.8], [-87.6, 41.8], [-87.6, 41.9], [-87.7, 41.8]]
    areas = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for code in ("W1", "W2")
    ]
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": areas}), encoding="utf-8")
    assert (
        "look over: timezone Asia/Shanghai" in invoke("new-town", "a", "--into", tmp_path, "--areas", path)[1]
    )
    zone = ("--zone", "America/Chicago")
    assert "look over: timezone" not in invoke("new-town", "b", "--into", tmp_path, "--areas", path, *zone)[1]
    town = load_town(read_settings({}, town=tmp_path / "b"))
    assert (town.file.language, town.file.timezone) == ("en", "America/Chicago")
    assert list(read_grids(town)["area_id"]) == ["W1", "W2"]
    assert invoke("new-town", "c", "--into", tmp_path, "--zone", "America/Nowhere")[0] == 2
    assert invoke("new-town", "d", "--into", tmp_path, "--areas", tmp_path / "b" / "domains.csv")[0] == 2


def merged_workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("案件")
    for number, row in enumerate(
        [["城管月报"], ["案件\n编号", "时间", "", "位置", ""], ["", "上报时间", "结案时间", "经度", "纬度"]]
    ):
        page.write_row(number, 0, row)
    page.write_row(3, 0, ["C1", 46327.5, "", 120.005, 30.005])
    page.write_row(4, 0, ["C2", 46328.5, 46329, 120.006, 30.006])
    book.close()


SAMPLES = {
    # name: (bytes or a writer, columns that must be seen)
    "merged.xlsx": (
        merged_workbook,
        {"source_key": "案件 编号", "closed_at": "时间.结案时间", "lat": "位置.纬度"},
    ),
    "gb.csv": (
        "警情编号,报警 时间,X坐标,Y坐标,简要警情\r\n0012,2026年11月1日 下午3时,120.005,30.005,群众报警称有人噪音扰民\r\n".encode(
            "gb18030"
        ),
        {"source_key": "警情编号", "reported_at": "报警 时间", "lon": "X坐标"},
    ),
    "nested.json": (
        b'{"code": 0, "result": {"list": [{"order": {"no": 900000000000000000001}, "times": {"created": 1793491200000}}]}}',
        {"source_key": "order.no", "reported_at": "times.created"},
    ),
    "deep.xml": (
        b'<e><batch date="x"><events><event id="V1" time="2026/11/01 08:00:00"><pos x="120.005" y="30.005"/></event>'
        b'<event id="V2" time="2026/11/01 08:00:00"><pos x="120.005" y="30.005"/></event></events></batch></e>',
        {"source_key": "@id", "reported_at": "@time", "lon": "pos.@x"},
    ),
    "lines.txt": (
        b'{"id": "001", "created_at": "2026-11-01T08:00:00+05:30"}\n' * 1,
        {"source_key": "id", "reported_at": "created_at"},
    ),
    "euro.csv": (
        "Nr;Datum;Longitude;Latitude;L\u00e4rm\n007;01.11.2026 08:00;120,005;30,005;1.234,5\n".encode(
            "latin-1"
        ),
        {"source_key": "Nr", "reported_at": "Datum", "lon": "Longitude"},
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_new_feed_reads_its_own_sample(tmp_path, name):
    content, wanted = SAMPLES[name]
    sample = tmp_path / name
    content(sample) if callable(content) else sample.write_bytes(content)
    assert invoke("new-town", "a", "--into", tmp_path)[0] == 0
    place = ["--town", tmp_path / "a", "--home", tmp_path / "home"]
    code, told = invoke("new-feed", "feed_x", sample, *place)
    assert code == 0, told
    columns = load_contract(load_town(read_settings({}, town=tmp_path / "a")), "feed_x").columns
    assert {name: columns[name].column for name in wanted} == wanted
    code, told = invoke("load", "feed_x", sample, "--json", "--now", "2026-11-22T00:00:00Z", *place)
    result = json.loads(told)["files"][0]
    assert (code, result["new_count"], result["quarantined_count"]) == (0, result["row_count"], 0), result
    assert result["row_count"] >= 1


def test_a_sample_without_an_obvious_key_is_told_with_its_headings_and_a_named_one_is_taken(tmp_path):
    sample = tmp_path / "x.csv"
    sample.write_text("站点,号,何时\nA,1,2026-11-01 08:00:00\nA,2,2026-11-01 09:00:00\n", encoding="utf-8")
    assert invoke("new-town", "a", "--into", tmp_path)[0] == 0
    place = ["--town", tmp_path / "a", "--home", tmp_path / "home"]
    code, told = invoke("new-feed", "feed_x", sample, *place)
    assert (code, "--key HEADING; headings: 站点 (A), 号 (1)" in told) == (2, True)
    assert "no heading '号码'" in invoke("new-feed", "feed_x", sample, "--key", "号码", *place)[1]
    assert (
        "'站点' cannot be read as source_key"
        in invoke("new-feed", "feed_x", sample, "--key", "站点", *place)[1]
    )
    assert invoke("new-feed", "feed_x", sample, "--key", "站点+号", "--time", "何时", *place)[0] == 0
    assert invoke("load", "feed_x", sample, *place)[0] == 0
