"""Importing what we do not read ourselves: the kinds of cells as far as another reader tells them, or a refusal."""

import base64
import lzma
import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook
from xlsxwriter import Workbook as XlsxWriter

from bridge.columns import Column, Layout
from bridge.errors import FileRefusedError
from bridge.import_file import import_table
from bridge.values import Blank, Unclear, Whole, Words

# Four rows of goods under a header in row 3 of the second sheet, saved as .xls by LibreOffice 7.4 (LZMA, base 85).
XLS = lzma.decompress(
    base64.b85decode(
        "T>t=p0RR90|NsC0{{Uz+z8r=ycVP6Sgek(_9Cjyy@{xwzh{`9r<NFiE{@*D7V?!W-g+PKUGRyIWN~rX&h&=nXwPcscg!H?|gxh|&igO}l6gIRq"
        "``AdoY4$mCpB0>2_X@hJ7el@<vNMTOeFM+7v&f*X!|d2iMr2AN0aX?oirS!Itx;jKUv246Qx#H~JHfciKLT~}Pv|M#kLTZM??b6oD%3n&YMPYZ"
        "w^AP5sk$4<OD~E4(N~3Wq>Z04@#|N6C}=zEi9*WBNlWk9!kviEbG#`phcv5~37g!0gOb=zVTPKL+(_!);&jxMIve$sUvF*C2$YDXJ@a<33_#)p"
        "9o})WGL=2>cm)WdoH!=Jl_|j7w533ZqFF&P6Af(mNsO>tPNF}wo&)78XbX#u!N5%MwS8sM$iS&3t11u@K+fxNMK+Q)?3vG}*1W1!28h)*Kry`$"
        "RNM5X`j-+i^)Qsz-9-HNlv06)nFqCh$1znSPJSr;u+@M4jnoAhM=Z^SztoP3?9@}Ym$w~;&IWtedC=4;EFAzylL%a1*Pp2tQuU<1G1*|MyE0Zn"
        "4i(4s7k(`Ws2rmsyR6q&p@>>oc#4S?)arvi^`vh|W2uh6u;1+0@Jm5V2qL5`<}YK-sbohwnz18@75SW|Ga~PSx=gbjSa|s>qdqs{>#D|Z4F*K|"
        "@?aGQOk#oZ+#o~Er360^Hm}8X|MnBCGN{1vjEES64FjzI_M8lm2@{&k&WO<%0vx~s#ZQw2=CD-C(+V4~m(7_%ez8+w<j{qLHRp&M3gvr9&0r<4"
        "RdXY#T|cf^uGoc3CTcHf*~1ZFP*&T?lIT1;rlOTalo~lclGwFPHvi5k2Kj+lzhrjJrZd`vgiBT>sIM}9E<@<pYQB(n3Cr=-r@#!|4)@EORvd~>"
        "Bot)#eBs%1`HfZrV-q^42PX!7w1y1eq=><zFUa-H6D1Y$PHWLbF2!<^fx+oHJWM>fPSP_@GHxyEP`s#TS0WGpLBugS9!y^t^{e^<<>9;<=@F>g"
        "(qh8G!H-B(J6R7Up_N7^(nP*sK?(As9uy=RVq@*|zS^qa;8(yPH1VODqx=q>orbbXt;OSDt%5lhO@eJcbqhf6J1mD%graWnv}f_)(88|Yd1@pb"
        "Ymj&n|I7Uc46xm6iTBa0(%9dr*BJ-;hpux&fn>LdHIT=O<+6-O17kWlJkO((<lMPtgH(oH)wbhuJ&T{<9&p8PDc<;3uqUZ$aNH57fB3DrFuogB"
        "9%bDcA?4~zpH|#y+MW9tF4p_u^5SPt;#}GkmexmP0(jEw_oG7_d9CKtRW9>OcOlqCW4#RMb;R;MuAwf0b+yv9bnc8|ZC@;*#-}bkg(q22eN~aV"
        "<}UEaDQJOnNUy<@AfZkD2AQ1yU*?9(&k-lIuuy#~7!av)2TbaW@raHiwzi(C#aZ@eX=v&F0R?TH6(8`oMT_8q9-8ta*~{U9Xm<@1!@h3K(`)Zt"
        "Y2vj_g|*^ti8o_nB0_$ZIb;ezXfrEEM=CPk0ME$u0AA-pbZ%EI@-R3YRHSxty}O9oo7zrSr#h#?jEOF7xo35$%9QuP1DUM@lE|%V#e!x5r*Tyl"
        "6KK6&kB9r1T)OZnWs-Zph^>>!lEAlw%&a?)&Zt-HDLFAs{a4xFSgtsP0?4_8HX516S4UW6imUXru*Fd+YcD{_K@+$C<3lpt"
    )
)


def ods(rows: str) -> bytes:
    names = " ".join(
        f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "table", "text")
    )
    content = (
        f'<office:document-content {names} office:version="1.3"><office:body><office:spreadsheet>'
        f'<table:table table:name="Stok">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return out.getvalue()


def ods_row(*cells: str | int) -> str:
    def xml(cell):
        if isinstance(cell, int):
            return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'

    return f"<table:table-row>{''.join(map(xml, cells))}</table:table-row>"


def test_an_old_excel_file_is_imported_with_the_kinds_of_its_cells():
    table = import_table(XLS, "stok.xls")
    assert (table.name, table.sheet, table.header_row, table.content) == ("stok.xls", "Stok", 3, XLS)
    assert table.columns == {Column.SKU: 2, Column.PRICE: 4, Column.STOCK: 3, Column.NOTE: 5}
    assert [(row.number, *row.cells.values()) for row in table.rows] == [
        (4, Words("00123"), Whole(1_250_000), Whole(5), Words("ok")),
        (5, Words("123"), Unclear("cell.not_whole", "0.5"), Whole(0), Blank()),
        (6, Unclear("cell.sku_date", "46115"), Whole(2), Blank(), Unclear("cell.boolean", "TRUE")),
        (8, Words("K9"), Unclear("cell.date", "46023"), Unclear("cell.negative", "-1"), Words("“é” 😀")),
    ]


def test_an_opendocument_file_is_imported():
    table = import_table(ods(ods_row("Daftar") + ods_row("SKU", "Stok") + ods_row("00123", 5)), "stok.ods")
    assert (table.sheet, table.header_row) == ("Stok", 2)
    assert [(row.number, *row.cells.values()) for row in table.rows] == [(3, Words("00123"), Whole(5))]


def test_the_layout_of_the_seller_wins_in_an_imported_file_too():
    content = ods(ods_row("SKU", "Stok", "Sisa") + ods_row("SKU", "Stok", "Sisa") + ods_row("K1", 5, 7))
    table = import_table(content, "w.ods", layout=Layout("stok ", 2, {Column.STOCK: "Sisa"}))
    assert (table.header_row, table.unknown_headers) == (2, ("Stok",))
    assert [row.cells[Column.STOCK] for row in table.rows] == [Whole(7)]
    for layout, code in ((Layout("Lain"), "workbook.no_sheet"), (Layout(header_row=3), "workbook.no_header_at")):
        with pytest.raises(FileRefusedError) as caught:
            import_table(content, "w.ods", layout=layout)
        assert caught.value.code == code


def written(*rows, sheets=("Stok",)) -> bytes:
    out = BytesIO()
    with XlsxWriter(out, {"in_memory": True}) as workbook:
        for name in sheets:
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


def test_of_two_sheets_with_our_header_none_is_imported_unless_one_is_named():
    content = written(["SKU", "Stok"], ["K1", 5], sheets=("Pesanan", "Gudang"))
    with pytest.raises(FileRefusedError) as caught:
        import_table(content, "w.xlsb")
    assert (caught.value.code, caught.value.params["sheets"]) == ("workbook.two_sheets", "Pesanan, Gudang")
    table = import_table(content, "w.xlsb", layout=Layout("gudang"))
    assert (table.sheet, table.layout.sheet) == ("Gudang", "gudang")


def test_the_layout_of_an_imported_table_finds_its_sheet_again():
    table = import_table(written(["SKU", "Stok"], ["K1", 5]), "w.xlsb")
    assert table.layout == Layout("Stok")


def test_errors_and_formulas_without_a_value_come_as_blanks():
    out = BytesIO()
    with XlsxWriter(out) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["SKU", "Stok", "Harga"])
        sheet.write_row(1, 0, ["K1"])
        sheet.write_formula("B2", "=NA()", None, "#N/A")
        sheet.write_formula("C2", "=1+1", None, "")
    row = import_table(out.getvalue(), "w.xlsb").rows[0]
    assert (row.cells[Column.STOCK], row.cells[Column.PRICE]) == (Blank(), Blank())


def test_a_long_code_kept_as_a_number_is_as_damaged_as_in_our_own_reader():
    rows = import_table(written(["SKU", "Stok"], [6.9e12, 1], [899123456789000000.0, 1], [8991234567890, 1]), "w").rows
    assert [row.cells[Column.SKU] for row in rows] == [
        Unclear("cell.sku_damaged", "6900000000000"),
        Unclear("cell.sku_damaged", "8.99123456789e+17"),
        Words("8991234567890"),
    ]


def test_a_large_file_is_imported_in_one_go():
    out = BytesIO(written(["SKU", "Stok"], ["K1", 5]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/media/foto.bin", bytes(5_000_000))
    assert [row.number for row in import_table(out.getvalue(), "w").rows] == [2]


def far() -> bytes:
    workbook = Workbook()
    workbook.active.append(["SKU", "Stok"])
    workbook.active["XFD1048576"] = 1
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "workbook.zero_bytes"),
        (b"bukan buku kerja", "workbook.import_failed"),
        (XLS[:3000], "workbook.import_failed"),
        (far(), "workbook.import_failed"),
        (ods(ods_row("SKU", "Nama")), "workbook.no_header"),
        (ods(ods_row("x") * 20 + ods_row("SKU", "Stok")), "workbook.no_header"),
        (ods(ods_row("SKU", "Stok", "Stok")), "workbook.doubled_header"),
    ],
)
def test_what_cannot_be_imported_is_refused_and_the_process_lives(content, code):
    with pytest.raises(FileRefusedError) as caught:
        import_table(content, "stok.ods")
    assert (caught.value.code, caught.value.params["name"]) == (code, "stok.ods")
