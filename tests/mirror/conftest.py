from contextlib import closing

import pytest

from daemon.mirror import Mirror


@pytest.fixture
def mirror(tmp_path):
    with closing(Mirror.open(tmp_path / "state")) as mirror:
        yield mirror
