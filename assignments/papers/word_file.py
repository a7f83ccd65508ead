"""A paper as DOCX: real styles, tables and fields, the same words as the PDF, so that an office can finish it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from assignments.papers import printing
from assignments.papers.contents import Content

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY, HEADS, TITLE = "仿宋", "黑体", "方正小标宋简体"
#: What a system without the official faces shows instead, as the theme of the file says.
LATIN = "Times New Roman"
_LINE = 28.9
_WIDTH, _WIDE = Mm(156), Mm(261)
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
#: Styles beside Word's own: face, size, alignment, indent of the first line in characters.
_STYLES: tuple[tuple[str, str, float, Any, int], ...] = (
    ("公文标题", TITLE, 22, _CENTRE, 0),
    ("公文文号", BODY, 16, _RIGHT, 0),
    ("主送机关", BODY, 16, None, 0),
    ("公文正文", BODY, 16, WD_ALIGN_PARAGRAPH.JUSTIFY, 2),
    ("公文落款", BODY, 16, _RIGHT, 0),
    ("公文抄送", BODY, 14, None, 0),
    ("附件标记", HEADS, 16, None, 0),
    ("附件标题", TITLE, 18, _CENTRE, 0),
    ("表格文字", BODY, 10.5, _CENTRE, 0),
    ("宽表文字", BODY, 9, _CENTRE, 0),
)


def docx(content: Content, sha256: str) -> bytes:
    """Return the paper as DOCX."""
    shown = printing.context(content, sha256)
    document = _blank(content)
    _text(document, shown)
    _footer(document.sections[0], shown["code"], _WIDTH)
    for table in shown["annexes"]:
        if table["landscape"]:
            _footer(_lying(document), shown["code"], _WIDE)
        mark = document.add_paragraph(table["mark"], style="附件标记")
        mark.paragraph_format.page_break_before = not table["landscape"]
        document.add_paragraph(table["title"], style="附件标题")
        _add_table(document, table)
    if content["copies"]:
        _ruled(document.add_paragraph(f"抄送：{content['copies']}。", style="公文抄送"))
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def _text(document: DocumentObject, shown: Mapping[str, Any]) -> None:
    content = shown["content"]
    document.add_paragraph(shown["number"], style="公文文号")
    document.add_paragraph("\n".join(shown["title"]), style="公文标题")
    document.add_paragraph(f"{content['to']}：", style="主送机关")
    for each in content["paragraphs"]:
        _paragraph(document, each["text"], each["head"])
    for table in shown["texts"]:
        _add_table(document, table)
    for each in content["closing"]:
        _paragraph(document, each["text"])
    if content["remark"]:
        _paragraph(document, content["remark"])
    for number, quote in enumerate(content["quotes"]):
        _paragraph(document, f"{'' if number else '依据：'}“{quote['phrase']}”（{quote['source']}）。")
    for number, table in enumerate(shown["annexes"]):
        _paragraph(document, ("　　　" if number else "附件：") + table["listed"])
    sign = document.add_paragraph(content["issuer"], style="公文落款")
    sign.paragraph_format.space_before = Pt(2 * _LINE)
    sign.paragraph_format.keep_with_next = True
    document.add_paragraph(shown["day"], style="公文落款")
    if content["contact"]:
        _paragraph(document, f"（联系人：{content['contact']}）")


def _blank(content: Content) -> DocumentObject:
    """Return an A4 document with the margins of official papers and their styles, and nothing in it."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(22)
    _face(document.styles["Normal"], BODY, 16)
    for name, face, size, alignment, indent in _STYLES:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _face(style, face, size)
        shape = style.paragraph_format
        shape.alignment = alignment
        shape.space_before = shape.space_after = Pt(0)
        shape.line_spacing = Pt(15) if size < 12 else Pt(max(_LINE, size * 1.5))
        if indent:
            shape.first_line_indent = Pt(size * indent)
    document.styles["公文标题"].paragraph_format.space_after = Pt(_LINE)
    document.styles["公文落款"].paragraph_format.right_indent = Pt(16 * 4)
    properties = document.core_properties
    properties.title, properties.author, properties.language = content["title"][:250], content["issuer"][:250], "zh-CN"
    properties.comments = ""
    properties.created = properties.modified = datetime.fromisoformat(content["made_at"]).replace(tzinfo=None)
    return document


def _lying(document: DocumentObject) -> Section:
    """Begin a page that lies on its side, with a footer of its own; what follows lies so too."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin, section.footer_distance = Mm(22), Mm(24), Mm(14)
    section.footer.is_linked_to_previous = False
    return section


def _face(style: Any, face: str, size: float) -> None:
    """Name the Chinese face and the Latin one: Word asks for each by itself."""
    style.font.name, style.font.size = LATIN, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _paragraph(document: DocumentObject, text: str, head: str = "") -> None:
    paragraph = document.add_paragraph(style="公文正文")
    if head:
        run = paragraph.add_run(head)
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), HEADS)
    paragraph.add_run(text)


def _add_table(document: DocumentObject, table: Mapping[str, Any]) -> None:
    """Write a table whose head row comes again on every page, and whose rows do not break."""
    made = document.add_table(rows=1, cols=len(table["head"]), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    line, style = (_WIDE, "宽表文字") if table["landscape"] else (_WIDTH, "表格文字")
    widths = [round(line * each / sum(table["widths"])) for each in table["widths"]]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    head = made.rows[0]
    _row(head, table["head"], widths, style, HEADS)
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for group in table["groups"]:
        if group["label"]:
            band = made.add_row()
            merged = band.cells[0].merge(band.cells[-1])
            _cell(merged, group["label"], style, HEADS)
            merged.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.LEFT
            merged.paragraphs[0].paragraph_format.keep_with_next = True
        for row in group["rows"]:
            _row(made.add_row(), [str(row["number"]), *row["cells"]], widths, style)


def _row(row: Any, cells: list[str], widths: list[int], style: str, face: str = "") -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, text, width in zip(row.cells, cells, widths, strict=True):
        cell.width = width
        _cell(cell, text, style, face)


def _cell(cell: Any, text: str, style: str, face: str = "") -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    run = paragraph.add_run(text)
    if face:
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _footer(section: Section, code: str, width: int) -> None:
    """Write check code and page numbers; the numbers are fields, which the office's program fills in."""
    paragraph = section.footer.paragraphs[0]
    stops = paragraph.paragraph_format.tab_stops
    stops.clear_all()
    stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(f"校验码：{code}\t— ").font.size = Pt(10.5)
    _field(paragraph, "PAGE")
    paragraph.add_run(" / ").font.size = Pt(10.5)
    _field(paragraph, "NUMPAGES")
    paragraph.add_run(" —").font.size = Pt(10.5)


def _field(paragraph: Paragraph, name: str) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(10.5)
    for kind in ("begin", None, "end"):
        if kind is None:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = name
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._element.append(element)


def _ruled(paragraph: Paragraph) -> None:
    """Draw the lines above and below those who get a copy."""
    borders = OxmlElement("w:pBdr")
    for side in ("top", "bottom"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "4"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    paragraph.paragraph_format.space_before = Pt(14)
    paragraph._element.get_or_add_pPr().append(borders)
