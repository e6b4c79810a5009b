"""A short run of the fuzzing; ``make fuzz`` puts thousands more before the bridge."""

from simulation.fuzz_workbooks import fuzzed


def test_damaged_workbooks_are_refused_or_read_right_and_never_written_damaged():
    tally = fuzzed(seed=3, inputs=250)
    assert not tally.violations, tally.summary()
    assert tally.inputs == 250
    assert tally.reached["refused"] > 50
    assert tally.reached["patched"] > 50
    assert tally.compared > 30
