from hypothesis import settings
from once import look_for_trio_once, share_compiled_statements

# The quick suite draws the same examples each time: a red run must mean a change, and new examples are hunted by hand
# (and, from issue 4 on, by `make simulate`) until they are tests of their own.
settings.register_profile("quick", derandomize=True, database=None)
settings.load_profile("quick")

share_compiled_statements()
look_for_trio_once()
