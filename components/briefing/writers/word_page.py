"""The page of an official document (公文版式): GB/T 9704 margins, typefaces, line grid, page numbers, red head."""

from __future__ import annotations

from dataclasses import dataclass

from docx.document import Document as WordFile
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph

from components.briefing.copy import Copy

TEXT_MM = 156.0
TITLE_FACE, BODY_FACE, HEAD_FACE, SECOND_FACE, PAGE_FACE = (
    "方正小标宋简体",
    "仿宋_GB2312",
    "黑体",
    "楷体_GB2312",
    "宋体",
)
LATIN_FACE = "Times New Roman"
# What a machine without the first typeface takes instead, best first.
OTHER_FACES = {
    TITLE_FACE: "方正小标宋_GBK,小标宋,华文中宋,STZhongsong,宋体,SimSun",
    BODY_FACE: "仿宋,FangSong,华文仿宋,STFangsong,宋体,SimSun",
    HEAD_FACE: "SimHei,华文黑体,STHeiti,微软雅黑",
    SECOND_FACE: "楷体,KaiTi,华文楷体,STKaiti",
    PAGE_FACE: "SimSun,华文宋体,STSong",
}
RED, QUIET = RGBColor(0xC0, 0x00, 0x00), RGBColor(0x52, 0x64, 0x7F)
LINE = Pt(28)
TWO_LETTERS = "200"  # hundredths of a character


@dataclass(frozen=True, kw_only=True)
class Face:
    """How a style is set."""

    name: str
    asian: str = BODY_FACE
    size: float = 16.0
    line: float | None = 28.0
    is_centred: bool = False
    is_indented: bool = False
    colour: RGBColor | None = None
    before: float = 0.0
    after: float = 0.0
    is_kept: bool = False


KEPT_STYLES = {"Default Paragraph Font", "Normal Table", "No List", "Table Grid"}
FACES = (
    Face(name="Normal"),
    Face(name="Body Text", is_indented=True),
    Face(
        name="Title", asian=TITLE_FACE, size=22, line=36, is_centred=True, before=14, after=14, is_kept=True
    ),
    Face(name="Heading 1", asian=HEAD_FACE, is_indented=True, is_kept=True),
    Face(name="Heading 2", asian=SECOND_FACE, is_indented=True, is_kept=True),
    Face(name="Quote", asian=SECOND_FACE, size=14, is_indented=True),
    Face(name="Caption", asian=HEAD_FACE, size=12, line=22, is_centred=True, before=8, is_kept=True),
    Face(name="Header", asian=PAGE_FACE, size=9, line=None, colour=QUIET),
    Face(name="Footer", asian=PAGE_FACE, size=14, line=None),
    Face(name="Briefing Issuer", asian=TITLE_FACE, size=30, line=44, is_centred=True, colour=RED),
    Face(name="Briefing Head", size=14, after=6),
    Face(name="Briefing Item", is_indented=True),
    Face(name="Briefing Note", asian=SECOND_FACE, size=12, line=20, before=2, after=4),
    Face(name="Briefing Small", size=10.5, line=16, colour=QUIET, after=6),
    Face(name="Briefing Picture", line=None, is_centred=True, is_kept=True),
    Face(name="Briefing Cell", size=10.5, line=15),
)


def lay_out_page(file: WordFile, copy: Copy, *, has_red_head: bool) -> None:
    """Sets margins, styles, page numbers, what stands on every page, and the file's own properties."""
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(26)
    for face in FACES:
        _set_style(
            _style(file, face.name), face, is_bold=not copy.is_zh and face.asian in (TITLE_FACE, HEAD_FACE)
        )
    _drop_unused(file)
    _set_defaults(file)
    _name_other_faces(file)
    file.settings.odd_and_even_pages_header_footer = True
    _set_version(file)
    for footer, is_odd in ((section.footer, True), (section.even_page_footer, False)):
        _number_page(footer.paragraphs[0], is_odd=is_odd)
    for place, header in enumerate((section.header, section.even_page_header)):
        _say_on_every_page(header.paragraphs[0], copy, number=place)
    _set_properties(file, copy)
    if has_red_head:
        _write_red_head(file, copy)


def set_faces(properties, asian: str) -> None:
    """Names the typefaces of a run or a style outright, for Chinese and Latin letters, instead of a theme's."""
    fonts = properties.get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    fonts.set(qn("w:hint"), "eastAsia")  # quotation marks and dashes are Chinese ones
    for slot, name in (("ascii", LATIN_FACE), ("hAnsi", LATIN_FACE), ("eastAsia", asian), ("cs", LATIN_FACE)):
        fonts.set(qn(f"w:{slot}"), name)


def _drop_unused(file: WordFile) -> None:
    """Takes out the template's styles in other typefaces, its old copy of them and its picture of itself."""
    kept = {face.name for face in FACES} | KEPT_STYLES
    for style in list(file.styles):
        if style.name not in kept:
            style.delete()
    for style in file.styles:
        for link in style.element.findall(qn("w:link")):
            style.element.remove(link)
    for owner in (file.part.rels, file.part.package.rels):
        for key, relation in list(owner.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/customXml", "/thumbnail")):
                del owner[key]


def _style(file: WordFile, name: str) -> ParagraphStyle:
    if name in {style.name for style in file.styles}:
        return file.styles[name]
    style = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = file.styles["Normal"]
    return style


def _set_style(style: ParagraphStyle, face: Face, *, is_bold: bool) -> None:
    """Sets a style; Latin headings are bold, since their typeface is that of the text."""
    set_faces(style.element.get_or_add_rPr(), face.asian)
    font, form = style.font, style.paragraph_format
    font.size, font.bold, font.italic = Pt(face.size), is_bold, False
    font.color.rgb = face.colour or RGBColor(0, 0, 0)
    form.space_before, form.space_after = Pt(face.before), Pt(face.after)
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY if face.line else WD_LINE_SPACING.SINGLE
    if face.line:
        form.line_spacing = Pt(face.line)
    form.alignment = WD_ALIGN_PARAGRAPH.CENTER if face.is_centred else WD_ALIGN_PARAGRAPH.JUSTIFY
    form.keep_with_next = face.is_kept
    form.widow_control = True
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)
    indent = properties.get_or_add_ind()
    for key in list(indent.attrib):
        del indent.attrib[key]
    if face.is_indented:
        indent.set(qn("w:firstLineChars"), TWO_LETTERS)
        indent.set(qn("w:firstLine"), str(int(face.size * 2 * 20)))


def _set_defaults(file: WordFile) -> None:
    defaults = file.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    set_faces(defaults, BODY_FACE)
    for style in file.styles:
        properties = getattr(style.element, "rPr", None)
        if properties is not None and properties.find(qn("w:rFonts")) is not None:
            named = properties.find(qn("w:rFonts")).get(qn("w:eastAsia"))
            set_faces(properties, named or BODY_FACE)
    language = defaults.find(qn("w:lang"))
    if language is not None:
        language.set(qn("w:eastAsia"), "zh-CN")


def _set_version(file: WordFile) -> None:
    """Says which Word the file is laid out for: otherwise it opens in compatibility mode."""
    settings = file.settings.element
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    uri = "http://schemas.microsoft.com/office/word"
    version = f'<w:compatSetting w:name="compatibilityMode" w:uri="{uri}" w:val="15"/>'
    compat = parse_xml(f"<w:compat {nsdecls('w')}>{version}</w:compat>")
    settings.insert_element_before(compat, "w:docVars", "w:rsids", "m:mathPr", "w:themeFontLang")
    language = settings.find(qn("w:themeFontLang"))
    if language is not None:
        language.set(qn("w:eastAsia"), "zh-CN")


def _name_other_faces(file: WordFile) -> None:
    part = next(part for part in file.part.package.iter_parts() if part.partname == "/word/fontTable.xml")
    table = parse_xml(part.blob)
    for name, others in OTHER_FACES.items():
        font = OxmlElement("w:font")
        font.set(qn("w:name"), name)
        for tag, value in (("altName", others), ("charset", "86"), ("family", "auto"), ("pitch", "default")):
            child = OxmlElement(f"w:{tag}")
            child.set(qn("w:val"), value)
            font.append(child)
        table.append(font)
    part._blob = _xml(table)


def _xml(element) -> bytes:
    from lxml import etree

    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)


def _number_page(paragraph: WordParagraph, *, is_odd: bool) -> None:
    """Writes `— 1 —`: to the right on odd pages, to the left on even ones, a letter from the edge."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if is_odd else WD_ALIGN_PARAGRAPH.LEFT
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
    paragraph.add_run("— ")
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("value", "1"), ("end", "")):
        paragraph.add_run()._r.append(_field_piece(kind, text))
    paragraph.add_run(" —")


def _field_piece(kind: str, text: str):
    if kind in ("begin", "separate", "end"):
        piece = OxmlElement("w:fldChar")
        piece.set(qn("w:fldCharType"), kind)
        return piece
    piece = OxmlElement("w:t" if kind == "value" else "w:instrText")
    piece.text = text
    return piece


def _say_on_every_page(paragraph: WordParagraph, copy: Copy, *, number: int) -> None:
    reader = copy.t("printed.reader", reader=copy.watermark) if copy.watermark else ""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(f"{copy.warning}\t{reader}" if reader else copy.warning)
    if copy.watermark:
        paragraph.add_run()._r.append(_watermark(copy.watermark, number))


# The shape of running words, as every version of Word writes it out.
_LETTERING = (
    '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">'
    '<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/>'
    '<v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
    '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/>'
    '<v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" '
    'o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
)


def _watermark(words: str, number: int):
    """Returns the drawn words behind the page as Word, WPS and LibreOffice all show them."""
    pict = parse_xml(
        f'<w:pict {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        f'{_LETTERING}<v:shape id="reader{number}" o:spid="_x0000_s{2049 + number}" '
        'type="#_x0000_t136" stroked="f" fillcolor="#c9d1dc" '
        'style="position:absolute;margin-left:0;margin-top:0;width:440pt;height:44pt;rotation:320;z-index:-251658752;'
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:center;mso-position-vertical-relative:margin"><v:fill opacity=".45"/>'
        '<v:textpath style="font-family:&quot;SimSun&quot;;font-size:1pt" string=""/></v:shape></w:pict>'
    )
    pict[-1][-1].set("string", words)
    return pict


def _set_properties(file: WordFile, copy: Copy) -> None:
    known = file.core_properties
    known.title, known.author, known.last_modified_by = (
        copy.document.title,
        copy.document.issuer,
        copy.document.issuer,
    )
    known.subject, known.comments, known.keywords, known.category = copy.period, copy.warning, "", ""
    known.created = known.modified = copy.fixed_at
    known.revision, known.language = 1, "zh-CN" if copy.is_zh else "en-GB"


def _write_red_head(file: WordFile, copy: Copy) -> None:
    issuer = file.add_paragraph(style="Briefing Issuer")
    run = issuer.add_run(copy.document.issuer)
    letters = sum(1.0 if ord(char) > 0x2E7F else 0.55 for char in copy.document.issuer) or 1.0
    run.font.size = Pt(max(14, min(34, int(TEXT_MM / 25.4 * 72 * 0.94 / letters))))
    line = file.add_paragraph(style="Briefing Head")
    line.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
    line.add_run(f"{copy.period}\t{copy.release or copy.t('printed.draft')}")
    draw_line(line, "bottom", colour="C00000", size=18)


def draw_line(paragraph: WordParagraph, side: str, *, colour: str, size: int) -> None:
    """Draws a line along one side of a paragraph; `size` in eighths of a point."""
    line = f'<w:{side} w:val="single" w:sz="{size}" w:space="6" w:color="{colour}"/>'
    border = parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>")
    paragraph._p.get_or_add_pPr().insert_element_before(border, *_AFTER_BORDER)


_AFTER_BORDER = tuple(
    f"w:{tag}"
    for tag in "shd tabs suppressAutoHyphens kinsoku wordWrap spacing ind jc outlineLvl rPr".split()
)
