"""Long runs that try to break the system: damaged workbooks (``make fuzz``), planted faults (``make mutants``)."""
