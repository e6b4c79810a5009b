from contextlib import closing

import pytest
from once import new_mirror


@pytest.fixture
def mirror(tmp_path):
    with closing(new_mirror(tmp_path / "state")) as mirror:
        yield mirror
