import gc

from hypothesis import HealthCheck, settings
from once import look_for_trio_once, share_compiled_statements
from printed import learn_secrets, pytest_runtest_makereport, search_taken_output

__all__ = ["pytest_runtest_makereport"]

# The quick suite draws the same examples each time: a red run must mean a change, and new examples are hunted by hand
# (and, from issue 4 on, by `make simulate`) until they are tests of their own.
# Time decides nothing: a busy machine is no reason to fail.
settings.register_profile(
    "quick", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")

share_compiled_statements()
look_for_trio_once()
learn_secrets()
search_taken_output()


def pytest_collection_finish():
    """Leave thousands of collected tests out of every search for garbage: a tenth of the time."""
    gc.collect()
    gc.freeze()
