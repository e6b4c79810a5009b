"""The planted faults fit the program: a fault that fits nowhere would count as one that nobody tried."""

from simulation.mutants import misfits
from simulation.planted import FAULTS


def test_every_fault_has_its_place_and_a_sentence_of_its_own():
    assert misfits() == []
    assert len({fault.sentence for fault in FAULTS}) == len(FAULTS)
