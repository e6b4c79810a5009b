"""How the sheet ``Rencana`` looks in a new workbook."""

from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bridge.columns import Language
from bridge.plan_sheet import ANSWER_PLACE, ANSWERS, HEADER_ROW, HEADERS, PLAN_PLACE

_WIDTHS = (18, 44, 14, 14, 14)
_FONT, _INK, _PAPER, _RULE, _QUIET, _ASKED = "Calibri", "FFFFFFFF", "FF0F766E", "FFD6D3D1", "FF57534E", "FFFDE68A"
_GROUPED = {"id": "[$-421]#,##0", "en": "#,##0"}
_WORDS: dict[Language, tuple[str, str, str, str, str]] = {
    "id": (
        "Belum pernah diisi",
        "Terisi bila Selaras menghentikan sebuah simpanan: lama → baru, baris demi baris.",
        "Setuju dengan seluruhnya? Pilih ya di sel kuning, lalu simpan. Tidak setuju: urungkan perubahannya.",
        "Rencana",
        "Setujui",
    ),
    "en": (
        "Not filled yet",
        "Filled when Selaras has stopped a save: old → new, row by row.",
        "Do you agree to all of it? Choose yes in the yellow cell and save. If not, undo the changes.",
        "Plan",
        "Approve",
    ),
}


def lay_out_plan(sheet: Worksheet, language: Language) -> None:
    """Lay out the empty sheet: what it is for, the cell for the answer, and the header of the table."""
    line = Border(bottom=Side(style="thin", color=_RULE))
    for position, (header, width) in enumerate(zip(HEADERS[language], _WIDTHS, strict=True), start=1):
        is_number = position > len(_WIDTHS) - 2
        side = {"horizontal": "right"} if is_number else {"horizontal": "left", "indent": 1}
        look: Any = sheet.column_dimensions[get_column_letter(position)]
        look.width, look.number_format = width, _GROUPED[language] if is_number else "@"
        look.font, look.border, look.alignment = Font(name=_FONT), line, Alignment(**side)
        head: Any = sheet.cell(HEADER_ROW, position, header)
        head.font, head.fill = Font(name=_FONT, bold=True, color=_INK), PatternFill("solid", fgColor=_PAPER)
        head.alignment = Alignment(vertical="center", **side)
    title, purpose, cure, plan, approve = _WORDS[language]
    answer_row = HEADER_ROW - 1
    places = {(1, 1): title, (2, 1): purpose, (3, 1): cure}
    labels = {(answer_row, PLAN_PLACE): plan, (answer_row, ANSWER_PLACE): approve}
    for (row, column), words in (places | labels).items():
        cell: Any = sheet.cell(row, column, words)
        cell.number_format = "@"
        cell.font = Font(name=_FONT, bold=row in {1, answer_row}, color=_PAPER if row == 1 else _QUIET)
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.sheet_view.showGridLines = False
    _offer_answer(sheet, language)


def _offer_answer(sheet: Worksheet, language: Language) -> None:
    answer, plan = (f"{get_column_letter(place + 1)}{HEADER_ROW - 1}" for place in (ANSWER_PLACE, PLAN_PLACE))
    offered = DataValidation(type="list", formula1=f'"{",".join(ANSWERS[language])}"', allow_blank=True)
    offered.add(answer)
    sheet.add_data_validation(offered)
    for cell in (answer, plan):
        looks: Any = sheet[cell]
        looks.font, looks.number_format = Font(name=_FONT, bold=True), "@"
    rule: Any = FormulaRule(formula=[f'${plan[0]}${plan[1:]}<>""'], fill=PatternFill("solid", bgColor=_ASKED))
    sheet.conditional_formatting.add(answer, rule)
