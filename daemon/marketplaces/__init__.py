"""Connectors to marketplaces, all behind :mod:`daemon.marketplaces.port`."""
