"""Long random runs of the system with an oracle beside each: ``make simulate``."""
