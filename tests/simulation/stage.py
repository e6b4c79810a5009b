"""What surrounds a day: logs that are caught, order sheets that cost nothing, and pages that are small."""

from contextlib import contextmanager
from unittest import mock

import structlog

from bridge import list_sheet
from daemon import order_sheets
from daemon.marketplaces.tiktok_shop import reading


@contextmanager
def captured_logs(into):
    """Everything that is logged goes into a list."""
    before = structlog.get_config()["processors"]

    def capture(_logger, _name, event):
        into.append(event)
        raise structlog.DropEvent

    structlog.configure(processors=[capture])
    try:
        yield
    finally:
        structlog.configure(processors=before)


def pages_of(size):
    """Read orders and listings in pages of ``size`` entries."""
    return mock.patch.object(reading, "LARGEST_PAGE", size)


@contextmanager
def light_order_sheets():
    """Order sheets as plain text: what office programs make of them is tested elsewhere, and openpyxl is slow."""

    def write(path, rows, **_looks):
        list_sheet.write_new(path, repr(rows).encode())

    with mock.patch.object(order_sheets, "write_order_sheet", write):
        yield
