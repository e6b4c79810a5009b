import json
from pathlib import Path

import pytest

from daemon.marketplaces.tiktok_shop.sign import signature

VECTORS = json.loads(Path(__file__).with_name("signing_vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_request_is_signed_as_in_the_reference(vector):
    body = b"" if vector["content_type"].startswith("multipart/") else vector["body"].encode()
    assert signature(vector["app_secret"], vector["path"], vector["query"], body) == vector["sign"]


def test_all_vectors_of_the_reference_are_here():
    assert len(VECTORS) == 12
