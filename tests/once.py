"""What hundreds of tests need in the same form is made once in each process, and then copied or shared."""

import atexit
import shutil
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

from sqlalchemy import create_engine

from bridge.folder.files import write_new
from bridge.template import write_template
from daemon import founding
from daemon.mirror import Mirror, store


def new_mirror(state_folder):
    """Open a mirror that nothing was stored in yet."""
    put_blank_mirror(state_folder)
    return Mirror.open(state_folder)


def put_blank_mirror(state_folder):
    """Leave in ``state_folder`` what the first :meth:`Mirror.open` leaves there, without running every migration."""
    state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(_blank_mirror(), state_folder)


@cache
def _blank_mirror():
    folder = _folder()
    Mirror.open(folder).close()
    return folder / "mirror.sqlite"


def found(folder, *, sandbox, language):
    """As :func:`daemon.founding.found`; the workbook is a copy of one that was written once."""
    with mock.patch.object(founding, "write_template", _copy_template):
        return founding.found(folder, sandbox=sandbox, language=language)


def _copy_template(path, language):
    write_new(path, _template(language))


@cache
def _template(language):
    path = _folder() / "toko.xlsx"
    write_template(path, language)
    return path.read_bytes()


def _folder():
    folder = Path(tempfile.mkdtemp(prefix="selaras-once-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def share_compiled_statements():
    """Let all mirrors use what one of them compiled: a process of ours has one mirror, a test process hundreds."""
    first = create_engine("sqlite://")
    with first.connect():
        pass  # its dialect learns what this SQLite can do

    def create(*args, **options):
        engine = create_engine(*args, **options)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache  # keyed by the dialect
        return engine

    store.create_engine = create


def look_for_trio_once():
    """httpx asks with every request for a package that need not be there; Python would search all its folders."""
    if find_spec("sniffio") is None:
        sys.modules["sniffio"] = None
