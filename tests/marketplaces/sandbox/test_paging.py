import base64

import pytest

from daemon.marketplaces.sandbox.paging import Wish, cut

ENTRIES = [(number // 3, f"{number:02}") for number in range(23)]


def walk(entries, *, size, is_descending=False, between_pages=lambda _entries: None):
    shown, token = [], ""
    while True:
        page = cut(entries, lambda entry: (entry[0], entry[1]), Wish(size, token, "filters", is_descending))
        shown += page.entries
        if not page.next_token:
            return shown
        token = page.next_token
        between_pages(entries)


@pytest.mark.parametrize("size", [1, 2, 7, 22, 23, 24])
@pytest.mark.parametrize("is_descending", [False, True])
def test_walking_the_pages_shows_every_entry_once_in_order(size, is_descending):
    expected = sorted(ENTRIES, reverse=is_descending)
    assert walk(ENTRIES, size=size, is_descending=is_descending) == expected


def test_an_entry_that_moves_to_the_end_meanwhile_costs_no_other_its_place():
    entries = list(ENTRIES)

    def change_the_first(moving):
        _, name = moving.pop(0)
        moving.append((99, name))

    shown = walk(entries, size=5, between_pages=change_the_first)
    assert {name for _, name in shown} == {name for _, name in ENTRIES}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_tokens_hold_every_character_that_clients_get_wrong(size):
    token = cut(ENTRIES, lambda entry: entry, Wish(size, "", "filters")).next_token
    assert {"+", "/", "="} <= set(token)


def test_a_token_fits_its_own_filters_and_direction_only():
    token = cut(ENTRIES, lambda entry: entry, Wish(5, "", "filters")).next_token
    for wish in (Wish(5, token, "other filters"), Wish(5, token, "filters", is_descending=True)):
        with pytest.raises(ValueError, match="other filters"):
            cut(ENTRIES, lambda entry: entry, wish)


@pytest.mark.parametrize("token", ["x", "====", base64.b64encode(b"\xff\xfe").decode(), "W10=", "MQ=="])
def test_nonsense_is_no_token(token):
    with pytest.raises(ValueError, match="unreadable"):
        cut(ENTRIES, lambda entry: entry, Wish(5, token, "filters"))
