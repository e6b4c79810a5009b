"""The files around a workbook: when a save is whole, who holds it, the exchange, conflicted copies, kept versions."""
