"""Selaras: the long-running process and what it knows. ``docs/architecture.md`` has the reading order."""

__version__ = "0.1.0"
