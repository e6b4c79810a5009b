import pytest
from domain.world import recipe_sheet
from hypothesis import given
from hypothesis import strategies as st

from daemon.domain.messages import message
from daemon.domain.recipes import recipes_of, units_of
from daemon.domain.rows import Unclear

UNCLEAR = Unclear(message("cell.scientific", shown="6.9E+12"))
HAMPERS = {"HAMPERS": {"KOPI": 2, "GELAS": 1}}


def read(*rows, stored=()):
    recipes, refusals = recipes_of(recipe_sheet(*rows), dict(stored))
    return recipes, [(bundle, reason.code, reason.params["row"]) for bundle, reason in refusals]


def test_the_rows_of_a_bundle_are_its_recipe_wherever_they_stand():
    rows = [("HAMPERS", "KOPI", 2), ("TRIO", "TEH", 3), ("HAMPERS", "GELAS", 1)]
    assert read(*rows) == (HAMPERS | {"TRIO": {"TEH": 3}}, [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("HAMPERS", None, 1), "bundle.part_unclear"),
        (("HAMPERS", UNCLEAR, 1), "bundle.part_unclear"),
        (("HAMPERS", "TEH", None), "bundle.bad_quantity"),
        (("HAMPERS", "TEH", UNCLEAR), "bundle.bad_quantity"),
        (("HAMPERS", "TEH", 0), "bundle.bad_quantity"),
        (("HAMPERS", "TEH", -1), "bundle.bad_quantity"),
        (("HAMPERS", "TEH", 1000), "bundle.bad_quantity"),
        (("HAMPERS", "HAMPERS", 1), "bundle.own_part"),
        (("HAMPERS", "KOPI", 5), "bundle.part_twice"),
        (("HAMPERS", "TRIO", 1), "bundle.inside_bundle"),
    ],
)
def test_one_bad_row_holds_its_bundle_as_a_whole_and_no_other(row, reason):
    rows = [("HAMPERS", "KOPI", 3), row, ("TRIO", "TEH", 3)]
    assert read(*rows) == ({"TRIO": {"TEH": 3}}, [("HAMPERS", reason, 3)])
    assert read(*rows, stored=HAMPERS) == (HAMPERS | {"TRIO": {"TEH": 3}}, [("HAMPERS", reason, 3)])


@pytest.mark.parametrize("code", [None, UNCLEAR])
def test_a_row_of_no_readable_bundle_may_belong_to_any_so_none_changes(code):
    rows = [("HAMPERS", "KOPI", 2), (code, "GELAS", 1), ("TRIO", "TEH", 3)]
    assert read(*rows, stored=HAMPERS) == (HAMPERS, [(None, "bundle.code_unclear", 3)])


def test_a_row_of_no_readable_bundle_hides_no_other_mistake():
    rows = [(None, "GELAS", 1), ("HAMPERS", "TRIO", 1), ("TRIO", "TEH", 3)]
    assert read(*rows) == ({}, [(None, "bundle.code_unclear", 2), ("HAMPERS", "bundle.inside_bundle", 3)])


def test_rows_that_are_gone_take_parts_and_bundles_away():
    stored = HAMPERS | {"TRIO": {"TEH": 3}}
    assert read(("HAMPERS", "KOPI", 2), stored=stored) == ({"HAMPERS": {"KOPI": 2}}, [])


def test_a_part_of_a_bundle_that_holds_already_cannot_become_a_bundle():
    rows = [("HAMPERS", "KOPI", 2), ("HAMPERS", "GELAS", 1), ("GELAS", "TEH", 1)]
    assert read(*rows, stored=HAMPERS) == (HAMPERS, [("GELAS", "bundle.is_part", 4)])


def test_a_bundle_whose_own_rows_are_bad_is_no_part_of_a_new_one():
    rows = [("HAMPERS", "TRIO", 1), ("TRIO", "TEH", None)]
    assert read(*rows) == ({}, [("TRIO", "bundle.bad_quantity", 3), ("HAMPERS", "bundle.inside_bundle", 2)])


@pytest.mark.parametrize("bundles", ["AB", "BA", "ABC", "CAB"])
def test_in_a_circle_no_bundle_is_taken(bundles):
    rows = [(bundle, part, 1) for bundle, part in zip(bundles, bundles[1:] + bundles[0], strict=True)]
    recipes, refusals = read(*rows, ("HAMPERS", "KOPI", 2), ("HAMPERS", "GELAS", 1))
    assert recipes == HAMPERS
    assert {(bundle, code) for bundle, code, _row in refusals} == {
        (bundle, "bundle.inside_bundle") for bundle in bundles
    }


skus = st.sampled_from("ABCD")
written = st.lists(st.tuples(skus | st.just(UNCLEAR), skus, st.integers(0, 3)), max_size=6)


@given(st.lists(written, max_size=4), st.randoms(use_true_random=False))
def test_whatever_is_written_no_bundle_is_ever_inside_another_nor_half_of_what_was_written(saves, chance):
    stored = {}
    for rows in saves:
        recipes, refusals = recipes_of(recipe_sheet(*rows), stored)
        for bundle, recipe in recipes.items():
            assert not recipe.keys() & recipes.keys()
            whole = {part: units for code, part, units in rows if code == bundle}
            assert recipe in (whole, stored.get(bundle))
        said = {bundle for bundle, _reason in refusals}
        codes = {code for code, _part, _units in rows if code != UNCLEAR}
        assert None in said or codes <= {*recipes, *said}
        shuffled = [*rows]
        chance.shuffle(shuffled)
        assert recipes_of(recipe_sheet(*shuffled), stored)[0] == recipes
        stored = recipes


@given(st.dictionaries(skus, st.tuples(st.integers(1, 9), st.integers(-5, 99)), min_size=1))
def test_so_many_bundles_can_be_made_and_not_one_more(parts):
    recipe = {part: units for part, (units, _available) in parts.items()}
    available = {part: units for part, (_units, units) in parts.items()}
    made, scarce = units_of(recipe, available)
    assert made >= 0
    assert made == 0 or all(available[part] >= made * units for part, units in recipe.items())
    assert available[scarce] < (made + 1) * recipe[scarce]
