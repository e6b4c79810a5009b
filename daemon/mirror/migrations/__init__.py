"""Alembic migrations of the mirror."""
