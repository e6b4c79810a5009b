"""Formulas continue downwards as filling down would write them."""

import pytest

from bridge.formulas.moved import moved_down


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("C4*D4", "C5*D5"),
        ("$C4*D$4+$E$4", "$C5*D$4+$E$4"),
        ("SUM(A1:B4)", "SUM(A2:B5)"),
        ('IF(A4="A4","say ""B4""",B4)', 'IF(A5="A4","say ""B4""",B5)'),
        ("Stok!C4+'Toko B4'!D4+'it''s A4'!E4", "Stok!C5+'Toko B4'!D5+'it''s A4'!E5"),
        ("LOG10(A4)+ATAN2(B4,1)", "LOG10(A5)+ATAN2(B5,1)"),
        ("Barang[[#This Row],[Q4]]*B4", "Barang[[#This Row],[Q4]]*B5"),
        ("Laba_Q4+PPN4.5+A4", "Laba_Q4+PPN4.5+A5"),
        ("4:5+$4:4+$4:$4", "5:6+$4:5+$4:$4"),
        ("A:A+1.5E4", "A:A+1.5E4"),
        ("XFD1048576", "XFD1048576"),
        ("TRUE", "TRUE"),
    ],
)
def test_relative_rows_move_and_nothing_else_does(formula, moved):
    assert moved_down(formula, 1) == moved
