"""Measurements, each as a ratio taken in the same run: ``make bench``."""
