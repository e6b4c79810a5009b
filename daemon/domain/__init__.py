"""Nouns and rules: standard library only, no I/O and no clock. Data in, decisions out."""
