"""How a cell of the month sheet is written in a workbook, and read back: signs in Chinese, letters in English."""

from __future__ import annotations

from collections.abc import Iterator

from assignments.rules.attendance_codes import CELLS, CLOSED, DAY_CODES, HALF
from assignments.rules.attendance_paste import code_of

__all__ = ["code_of", "sign_of", "signs"]


def sign_of(cell: str | None, *, zh: bool) -> str:
    """Return what stands in the workbook for a cell: √, 病, ½病; nothing for a day outside the stay."""
    if not cell or cell == CLOSED:
        return ""
    if not zh:
        return cell
    sign = DAY_CODES[cell[0]].sign
    if not cell.endswith(HALF):
        return sign
    return "½" if cell[0] == "P" else f"½{sign}"


def signs(*, zh: bool) -> Iterator[tuple[str, str, str]]:
    """Yield every sign that may be chosen, with its words and the code that is stored, whole days first."""
    half = "半天{}，半天在岗" if zh else "half a day of {}, the other half at the post"
    alone = "半天在岗" if zh else "half a day at the post"
    for cell in sorted(CELLS, key=lambda each: len(each)):
        if cell == CLOSED:
            continue
        code = DAY_CODES[cell[0]]
        words = code.label_zh if zh else code.label_en
        if cell.endswith(HALF):
            words = alone if cell[0] == "P" else half.format(words)
        yield sign_of(cell, zh=zh), words, cell
