"""Every format of a briefing: opened again by another program, the same bytes twice, nothing hostile comes through."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import docx
import openpyxl
import pptx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from components.briefing.document import Cell, Column, Paragraph, Part, Sentence, Table
from components.briefing.formats import FORMATS
from components.briefing.writers import widths
from data.settings import REPOSITORY
from tests.components.briefing_sample import HOSTILE, hostile, sample_document, sample_printing, write_geo

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:docx|pptx|openpyxl")
LANGUAGES = ("zh", "en")
OFFICE = ("word", "excel", "slides")
DIGEST = (
    "import hashlib,sys;from pathlib import Path;from components.briefing.formats import FORMATS;"
    "from tests.components.briefing_sample import *;"
    "d,p=sample_document('zh', 12),sample_printing('zh');"
    "[print(k,hashlib.sha256(f.write(d,p,geo=Path(sys.argv[1]))).hexdigest()) for k,f in FORMATS.items()]"
)


@pytest.fixture(scope="module")
def geo(tmp_path_factory):
    return write_geo(tmp_path_factory.mktemp("geo"))


@pytest.fixture(scope="module")
def written(geo):
    """Every format of the sample in both languages."""
    return {
        (code, lang): form.write(sample_document(lang), sample_printing(lang), geo=geo)
        for lang in LANGUAGES
        for code, form in FORMATS.items()
    }


@pytest.fixture(scope="module")
def attacked(geo):
    """Every format of the sample with hostile words in every field, assigned in two ways."""
    found = {}
    for turn in (0, 3):
        words = (*HOSTILE[turn:], *HOSTILE[:turn])
        document, printing = (
            hostile(sample_document("zh", 12), *words),
            hostile(sample_printing("zh"), *words),
        )
        found |= {(code, turn): form.write(document, printing, geo=geo) for code, form in FORMATS.items()}
    return found


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _pdf(data: bytes):
    return pypdfium2.PdfDocument(data)


def _pdf_text(data: bytes) -> str:
    document = _pdf(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def _word_text(data: bytes) -> str:
    return "\n".join(each.text for each in docx.Document(io.BytesIO(data)).paragraphs)


def test_the_same_bytes_twice_and_in_a_fresh_process(geo):
    document, printing = sample_document("zh", 12), sample_printing("zh")
    here = {
        code: hashlib.sha256(form.write(document, printing, geo=geo)).hexdigest()
        for code, form in FORMATS.items()
    }
    there = subprocess.run(
        [sys.executable, "-c", DIGEST, str(geo)], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert dict(line.split() for line in there.stdout.splitlines()) == here


@pytest.mark.parametrize("code", OFFICE)
def test_archives_are_dated_by_the_document_alone(written, code):
    with zipfile.ZipFile(io.BytesIO(written[code, "zh"])) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2026, 11, 22, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert re.findall(r">([\d-]+T[\d:]+Z)<", core) == ["2026-11-22T00:00:00Z"] * 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_word_is_an_official_document(written, lang):
    file = docx.Document(io.BytesIO(written["word", lang]))
    page = file.sections[0]
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    # GB/T 9704: 37, 35, 28, 26 mm on A4 (the file keeps twentieths of a point)
    assert [round(each / Mm(1)) for each in (*margins, page.page_width, page.page_height)] == [
        37,
        35,
        28,
        26,
        210,
        297,
    ]
    faces = {"Title": ("方正小标宋简体", 22), "Body Text": ("仿宋_GB2312", 16), "Heading 1": ("黑体", 16)}
    for name, (face, size) in faces.items():
        style = file.styles[name]
        assert style.element.rPr.rFonts.get(qn("w:eastAsia")) == face
        assert style.font.size == Pt(size)
    body = file.styles["Body Text"]
    assert body.paragraph_format.line_spacing == Pt(28)
    assert body.element.pPr.find(qn("w:spacing")).get(qn("w:lineRule")) == "exact"
    assert body.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"
    for style in file.styles:
        fonts = style.element.find(f".//{qn('w:rFonts')}")
        assert fonts is None or fonts.get(qn("w:eastAsia")), style.name
        assert fonts is None or not [key for key in fonts.attrib if "Theme" in key], style.name


def test_word_names_other_typefaces_for_machines_without_the_first(written):
    table = etree.fromstring(_members(written["word", "zh"])["word/fontTable.xml"])
    other = {
        font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val"))
        for font in table
        if font.find(qn("w:altName")) is not None
    }
    assert "FangSong" in other["仿宋_GB2312"]
    assert "SimSun" in other["方正小标宋简体"]


def test_word_repeats_heads_keeps_rows_whole_and_numbers_pages(written):
    file = docx.Document(io.BytesIO(written["word", "zh"]))
    assert [len(table.rows) for table in file.tables] == [7, 81, 9]  # a heading row each
    for table in file.tables:
        rows = table._tbl.tr_lst
        assert rows[0].find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
        assert all(row.find(qn("w:trPr")).find(qn("w:cantSplit")) is not None for row in rows)
        assert sum(column.width for column in table.columns) <= Mm(157)
    section = file.sections[0]
    for footer in (section.footer, section.even_page_footer):
        assert "PAGE" in "".join(each.text or "" for each in footer._element.iter(qn("w:instrText")))
        assert footer.paragraphs[0].text.startswith("— ")
    for header in (section.header, section.even_page_header):
        assert "模拟数据" in header.paragraphs[0].text
        assert "张三 2026-11-22 08:05" in etree.tostring(header._element, encoding="unicode")


# Order of children as the standard's schema has it: Word refuses a file that breaks it.
ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs spacing ind "
    "contextualSpacing jc outlineLvl rPr",
    "rPr": "rStyle rFonts b bCs i iCs caps strike color spacing kern sz szCs u vertAlign lang",
    "tblPr": "tblStyle tblW jc tblBorders tblLayout tblCellMar",
    "tcPr": "tcW shd vAlign",
}


@pytest.mark.parametrize("part", ["document", "styles", "header1", "footer1"])
def test_word_keeps_the_order_of_the_standard(written, part):
    tree = etree.fromstring(_members(written["word", "zh"])[f"word/{part}.xml"])
    for name, order in ORDERS.items():
        places = {qn(f"w:{tag}"): place for place, tag in enumerate(order.split())}
        for element in tree.iter(qn(f"w:{name}")):
            found = [places[child.tag] for child in element if child.tag in places]
            assert found == sorted(found), etree.tostring(element)


def test_pictures_are_told_in_words(written):
    tree = etree.fromstring(_members(written["word", "zh"])["word/document.xml"])
    told = [each.get("descr") for each in tree.iter() if each.tag.endswith("}docPr")]
    assert len(told) == 5
    assert "各网格综合风险等级" in told
    slides = pptx.Presentation(io.BytesIO(written["slides", "zh"]))
    assert "各网格综合风险等级" in [
        shape._element.nvPicPr.cNvPr.get("descr")
        for slide in slides.slides
        for shape in slide.shapes
        if shape.shape_type == 13
    ]
    assert written["phone", "zh"].decode().count('role="img" aria-label="') == 5


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pdf_can_be_searched_copied_and_walked_through(written, lang):
    data = written["pdf", lang]
    document, sample = _pdf(data), sample_document(lang)
    text = _pdf_text(data)
    assert ("昨日全镇共受理事件" if lang == "zh" else "The town took 689 cases") in text
    assert ("第080网格" if lang == "zh" else "Grid 080") in text  # the table's last row
    assert [each.get_title() for each in document.get_toc()] == [
        each for part in sample.parts for each in [_heading(part, lang)]
    ]
    assert 5 <= len(document) <= 12
    assert all(marker in data for marker in (b"/StructTreeRoot", b"/MarkInfo", b"/FontFile2"))
    assert not any(marker in data for marker in (b"/JavaScript", b"/EmbeddedFile", b"/Launch", b"/URI"))
    warning = "演示镇模拟数据" if lang == "zh" else "Synthetic data"
    for page in document:
        assert warning in page.get_textpage().get_text_range()
        assert "08:05" in page.get_textpage().get_text_range()  # who reads it


def _heading(part, lang: str) -> str:
    if not part.number:
        return part.title
    return f"{part.number}、{part.title}" if lang == "zh" else f"{part.number}  {part.title}"


def test_every_font_of_the_pdf_is_embedded(written):
    data = written["pdf", "zh"]
    fonts = set(re.findall(rb"/BaseFont\s*/([A-Z]{6}\+[\w-]+)", data))
    assert {name.split(b"+")[1] for name in fonts} == {b"NotoSansSC-Regular"}


def test_a_workbook_has_types_and_no_formulas(written):
    book = openpyxl.load_workbook(io.BytesIO(written["excel", "zh"]))
    sheet = book["附件一：各网格办理情况"]
    first = [cell.value for cell in sheet[2]]
    # row 1 of the sample: 1001 cases, 61 % in time, 12.34 minutes, an instant, a day, 1 234 568 yuan
    assert first[1:] == [
        1001,
        0.61,
        12.34,
        datetime(2026, 11, 22, 6, 5),
        datetime(2026, 11, 25),
        1234568,
        "综合行政执法队值班岗",
    ]
    assert [cell.number_format for cell in sheet[2]][1:4] == ["#,##0", "0.0%", "#,##0.0"]
    assert sheet["C10"].value == "—"  # row 9: unknown, neither 0 nor empty
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:H81")
    assert [cell.value for cell in sheet[1]][:2] == ["网格", "事件数"]
    assert "附件二：指标口径" in book.sheetnames
    facts = [[cell.value for cell in row] for row in book["取数依据"].iter_rows(min_row=2)]
    assert ["incident_count", "period=2026-11-21", None, None, 689, 689, None, None, None] in [
        [value or None for value in row] for row in facts
    ]
    assert len({tuple(row) for row in facts}) == len(facts)


def test_slides_hold_one_part_each_and_native_charts(written):
    file = pptx.Presentation(io.BytesIO(written["slides", "zh"]))
    titles = [slide.shapes.title.text_frame.text for slide in file.slides]
    assert titles == ["每日会商简报", *(_heading(part, "zh") for part in sample_document("zh").parts)]
    charts = [shape.chart for slide in file.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) == 3  # the first picture of four parts; one of them is a map
    band = charts[0]
    assert [series.name for series in band.plots[0].series] == ["实际", "区间下限", "区间上限", "目标 660"]
    assert band.plots[0].series[0].values[3] is None  # unknown: a gap
    assert charts[1]._chartSpace.findall(".//{*}errBars")
    for slide in file.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= file.slide_width
            assert shape.top + shape.height <= file.slide_height
    for run in (run for slide in file.slides for run in slide._element.iter("{*}rPr")):
        assert run.find("{*}ea").get("typeface") == "微软雅黑"


class _Page(HTMLParser):
    """What could run or fetch in a page."""

    def __init__(self):
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in {
            "script",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form",
            "input",
            "foreignobject",
            "img",
            "a",
        } and not (tag == "a" and dict(attrs).get("href", "").startswith("#")):
            self.faults.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (
                name in {"src", "href", "xlink:href"} and not (value or "").startswith("#")
            ):
                self.faults.append(f"{tag} {name}={value}")
            if name == "id":
                self.ids.append(value)
            if "url(" in (value or "") and "url(#" not in value:
                self.faults.append(f"{tag} {name}={value}")


@pytest.mark.parametrize("which", [("phone", "zh"), ("phone", "en"), ("phone", 0), ("phone", 3)])
def test_the_phone_page_runs_and_fetches_nothing(written, attacked, which):
    page = _Page()
    page.feed((written | attacked)[which].decode("utf-8"))
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))


def test_the_phone_page_holds_the_whole_briefing(written):
    told = written["phone", "zh"].decode("utf-8")
    for words in (
        "第080网格",
        "综合行政执法队：督办 3 件",
        "签发：王某",
        "演示镇模拟数据",
        "张三 2026-11-22 08:05",
        "18211 · 7ac1e0d2",
    ):
        assert words in told
    assert "width=device-width" in told


def test_people_s_words_are_marked_and_numbers_stay(written):
    struck = "30 分钟内处置 612 件中的 541 件（88.4%，区间 85.6%–90.7%），未达 90% 目标。"
    file = docx.Document(io.BytesIO(written["word", "zh"]))
    runs = [run for paragraph in file.paragraphs for run in paragraph.runs]
    assert [run.text for run in runs if run.font.strike] == [struck]
    assert f"<s>{struck}</s>" in written["phone", "zh"].decode("utf-8")
    for text in (
        _word_text(written["word", "zh"]),
        _pdf_text(written["pdf", "zh"]),
        written["phone", "zh"].decode("utf-8"),
    ):
        assert "已与综合执法队核实，周末仍有两件复查。" in text
        assert "王某" in text
        assert "2026-11-22 07:41" in text
        assert "签发：王某" in text
    assert "此句划去，数字未改" in _word_text(written["word", "zh"])


def test_what_nobody_released_says_so(geo):
    document = sample_document("zh", 1)
    assert "未签发" in _word_text(FORMATS["word"].write(document, geo=geo))
    assert "未签发" in FORMATS["phone"].write(document, geo=geo).decode("utf-8")


@pytest.mark.parametrize("turn", [0, 3])
@pytest.mark.parametrize("code", OFFICE)
def test_hostile_words_bring_nothing_into_office_files(attacked, code, turn):
    members = _members(attacked[code, turn])
    for name, content in members.items():
        assert not name.endswith((".bin", ".vba")), name
        assert b"macroEnabled" not in content
        if name.endswith(".rels"):
            assert b'TargetMode="External"' not in content, name
        if name.endswith((".xml", ".rels")):
            text = etree.tostring(etree.fromstring(content), encoding="unicode")
            assert not re.search(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text), name
    outside = [name for name in members if name.endswith((".xlsx", ".bin", ".ole")) and code != "slides"]
    assert outside == []


@pytest.mark.parametrize("turn", [0, 3])
def test_hostile_words_are_words_in_every_workbook(attacked, turn):
    books = [attacked["excel", turn]]
    books += [data for name, data in _members(attacked["slides", turn]).items() if name.endswith(".xlsx")]
    assert len(books) == 4
    for data in books:
        assert not [
            name for name, content in _members(data).items() if b"<f>" in content or b"<f " in content
        ]
        for sheet in openpyxl.load_workbook(io.BytesIO(data)):
            assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
            assert not list(sheet._hyperlinks)


@pytest.mark.parametrize("turn", [0, 3])
def test_hostile_words_cannot_command_the_typesetter(attacked, turn):
    data = attacked["pdf", turn]
    text = _pdf_text(data)
    assert "root:x:" not in text  # /etc/passwd
    assert "#read(" in text.replace("\n", "")  # shown as it was written
    assert "*粗*" in text
    assert not any(marker in data for marker in (b"/JavaScript", b"/EmbeddedFile", b"/Launch", b"/URI"))
    assert len(_pdf(data)) <= 40


@pytest.mark.parametrize("turn", [0, 3])
def test_long_words_stay_on_the_paper(attacked, turn):
    for page in _pdf(attacked["pdf", turn]):
        width, _ = page.get_size()
        text = page.get_textpage()
        boxes = [text.get_rect(index) for index in range(text.count_rects())]
        assert all(box[2] <= width - 10 and box[0] >= 10 for box in boxes)


def test_on_paper_nothing_is_left_alone_and_no_number_is_broken(geo):
    """A note stands over its table, never on a page of its own; what leads a list in stays with its first item."""
    listed = (Paragraph((Sentence("请今日答复："),)), Paragraph((Sentence("甲事。"),), kind="item"))
    part = Part(code="late", number="九", title="超期", blocks=listed)
    sample = sample_document("zh", 12)
    sample = replace(sample, parts=(part, *sample.parts))
    body = list(docx.Document(io.BytesIO(FORMATS["word"].write(sample, None, geo=geo))).element.body)
    kept = [each.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None for each in body]
    styles = [each.find(f"{qn('w:pPr')}/{qn('w:pStyle')}") for each in body]
    names = [each.get(qn("w:val")) if each is not None else "" for each in styles]
    tables = [place for place, each in enumerate(body) if each.tag == qn("w:tbl")]
    assert tables
    for place in tables:
        after = "".join(body[place + 1].itertext())
        assert after == ""
        assert kept[place - 1] or names[place - 1] in ("Heading1", "Caption")
    leads = [
        place
        for place, name in enumerate(names[:-1])
        if (name, names[place + 1]) == ("BodyText", "BriefingItem")
    ]
    assert leads
    assert all(kept[place] for place in leads)
    # Fourteen letters of a case number, words of forty: the words give way, not the number.
    columns = (
        Column(name="编号"),
        Column(name="件数", kind="number"),
        Column(name="说明"),
        Column(name="岗位"),
    )
    texts = ("JQ202611010738", "12,345,678", "严重" * 20, "网格长" * 12)
    row = tuple(Cell(each, each) for each in texts)
    table = Table(key="t", title="", columns=columns, rows=(row,) * 3)
    room = 70.0
    shares = widths.shares(table, room=room)
    assert shares[0] * room >= 14 and shares[1] * room >= 10
    assert widths.shares(table)[0] * room < 14
