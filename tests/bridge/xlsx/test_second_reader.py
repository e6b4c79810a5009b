"""The second reader: it sees what we wrote as others do, and never takes us down."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from xlsxwriter import Workbook as XlsxWriter

from bridge.columns import Column
from bridge.patch import Change, patch
from bridge.read import table_in
from bridge.xlsx import second_reader
from bridge.xlsx.second_reader import SecondReader, differences


def book(fill: Callable[[XlsxWriter], None]) -> bytes:
    out = BytesIO()
    workbook = XlsxWriter(out, {"in_memory": True})
    fill(workbook)
    workbook.close()
    return out.getvalue()


def small(**cells: object) -> bytes:
    """A sheet `Stok` whose cells begin at C4, far from the corner; ``cells`` by name override them."""

    def fill(workbook):
        sheet = workbook.add_worksheet("Stok")
        standing = {"C4": "SKU", "D4": "Stok", "C5": "00123", "D5": 5, "C7": "K2", "D7": 1, "E7": 0.5}
        for place, value in (standing | cells).items():
            sheet.write(place, value)

    return book(fill)


def test_the_same_workbook_has_no_differences():
    assert differences(small(), small(), "Stok", {}) == ()


def test_a_wish_that_is_there_is_right_and_one_that_is_not_is_wrong():
    before, after = small(), small(D5=7, E5="catatan")
    assert differences(before, after, "Stok", {(5, 4): 7, (5, 5): "catatan"}) == ()
    assert differences(before, after, "Stok", {(5, 4): 8, (5, 5): "Catatan"}) == ((5, 4), (5, 5))
    assert differences(before, after, "Stok", {(5, 4): "7", (5, 5): None}) == ((5, 4), (5, 5))


def test_a_change_that_nobody_wished_is_wrong_wherever_it_is():
    after = small(D5=6, A1="x", C7="K3", H99=1)
    assert differences(small(), after, "Stok", {(5, 4): 6}) == ((1, 1), (7, 3), (99, 8))
    assert differences(after, small(), "Stok", {(5, 4): 5}) == ((1, 1), (7, 3), (99, 8))


def test_a_text_of_digits_a_number_and_a_boolean_are_not_the_same():
    for one, other in (("5", 5), (1, True), (0, False), ("TRUE", True)):
        assert differences(small(D5=one), small(D5=other), "Stok", {}) == ((5, 4),)
    assert differences(small(), small(D5=True), "Stok", {(5, 4): 1}) == ((5, 4),)


def test_cells_cleared_and_cells_never_there_are_both_empty():
    assert differences(small(), small(D5=None), "Stok", {(5, 4): None, (5, 30): None, (900, 2): ""}) == ()
    assert differences(small(), small(), "Stok", {(5, 30): 1, (900, 2): "x"}) == ((5, 30), (900, 2))


def test_a_formula_whose_value_was_dropped_on_purpose_is_not_compared():
    def with_total(value):
        return book(lambda workbook: workbook.add_worksheet("Stok").write_formula("B2", "=1+1", None, value))

    assert differences(with_total(2), with_total(""), "Stok", {}) == ((2, 2),)
    assert differences(with_total(2), with_total(""), "Stok", {}, stale={(2, 2)}) == ()


@pytest.mark.parametrize(
    "text", ["a\r\nb", "_x000D_", "\x07", "  x  ", "😀", "<&>\"'", "=1+1", "00123", "\ufffe_\uffff"]
)
def test_texts_are_compared_as_they_were_meant(text):
    workbook = load_workbook(BytesIO(small()))
    out = BytesIO()
    workbook.save(out)
    before = out.getvalue()
    table = table_in(before, "w.xlsx")
    after = patch(table, [Change(5, Column.SKU, text)], [{Column.SKU: text, Column.STOCK: 3}]).content
    assert differences(before, after, "Stok", {(5, 3): text, (8, 3): text, (8, 4): 3}) == ()


def test_every_kind_of_cell_is_the_same_as_itself():
    def fill(workbook):
        sheet = workbook.add_worksheet("Stok")
        dates = workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_datetime("A1", datetime(2026, 1, 2, 3, 4, tzinfo=UTC).replace(tzinfo=None), dates)
        sheet.write_datetime("A2", timedelta(hours=30), workbook.add_format({"num_format": "[h]:mm"}))
        sheet.write_boolean("A3", True)
        sheet.write_formula("A4", "=NA()", None, "#N/A")
        sheet.write_rich_string("A5", "te", workbook.add_format({"bold": True}), "bal")
        sheet.write_number("A6", 0.1)

    content = book(fill)
    assert differences(content, content, "Stok", {}) == ()
    assert differences(content, small(), "Stok", {})


def test_our_own_patch_is_right_in_the_eyes_of_another(rich_workbook):
    table = table_in(rich_workbook.read_bytes(), "w.xlsx")
    after = patch(table, [Change(2, Column.STOCK, 19), Change(3, Column.NOTE, None)], [{Column.SKU: "K9"}]).content
    wishes = {(2, 4): 19, (3, 8): None, (5, 1): "K9"}
    found = differences(table.content, after, "Stok", wishes)
    assert found is not None
    assert not set(found) & set(wishes)


def test_there_is_no_opinion_where_the_file_or_the_sheet_cannot_be_read():
    assert differences(b"", b"", "Stok", {(1, 1): 5}) is None
    assert differences(small(), small(), "Lain", {(1, 1): 5}) is None
    assert differences(small()[:-30], small(), "Stok", {}) is None


def test_a_new_file_that_cannot_be_read_is_wrong_in_every_target():
    assert differences(small(), small()[:-30], "Stok", {(5, 4): 5, (6, 4): None}) == ((5, 4), (6, 4))
    assert differences(small(), small()[:-30], "Stok", {}) is None


def far() -> bytes:
    workbook = Workbook()
    workbook.active.title = "Stok"
    workbook.active.append(["SKU", "Stok"])
    workbook.active["XFD1048576"] = 1
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_one_stray_cell_far_out_kills_only_the_child():
    assert differences(far(), far(), "Stok", {(1, 1): "SKU"}) is None
    assert differences(small(), small(), "Stok", {}) == ()


def test_a_child_that_was_killed_is_started_again():
    with SecondReader() as reader:
        assert reader.ask("open", small()) == ["Stok"]
        os.kill(reader._child.pid, signal.SIGKILL)
        reader._child.wait()
        assert reader.ask("open", small()) == ["Stok"]


def test_a_child_that_does_not_answer_in_time_is_given_up():
    with SecondReader(limit_s=0.05) as reader:
        stuck = reader._running()
        os.kill(stuck.pid, signal.SIGSTOP)
        assert reader.ask("open", small()) is None
        assert stuck.returncode == -signal.SIGKILL


def test_the_child_is_kept_for_small_files_and_ends_after_large_ones():
    differences(small(), small(), "Stok", {})
    kept = second_reader._reader._child
    differences(small(), small(), "Stok", {})
    assert second_reader._reader._child is kept
    assert differences(b"x" * 3_000_000, b"x" * 3_000_000, "Stok", {}) is None
    assert second_reader._reader._child is None
    assert kept.returncode is not None


def test_a_request_that_broke_off_does_not_spoil_the_next():
    with SecondReader() as reader:
        with pytest.raises(TypeError):
            reader.ask("open", ["no bytes"])
        assert reader.ask("open", small()) == ["Stok"]


def test_several_threads_get_their_own_answers():
    wrong = {}

    def look(stock):
        wrong[stock] = differences(small(), small(D5=stock), "Stok", {(5, 4): stock % 4})

    threads = [threading.Thread(target=look, args=(stock,)) for stock in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == {stock: () if stock < 4 else ((5, 4),) for stock in range(8)}


@pytest.mark.parametrize("end", ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "pass"])
def test_the_child_ends_with_its_parent_and_warns_of_nothing(end):
    program = (
        "from bridge.xlsx import second_reader\n"
        "second_reader.differences(b'', b'', '', {})\n"
        "print(second_reader._reader._child.pid, flush=True)\n" + end
    )
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program], capture_output=True, check=False
    )
    assert ended.stderr == b""
    deadline = time.monotonic() + 60
    while is_running(int(ended.stdout)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(int(ended.stdout))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
