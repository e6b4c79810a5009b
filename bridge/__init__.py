"""The spreadsheet side: reads what the seller typed, writes only the cells that must change.

Imports nothing of ``daemon`` and knows no marketplace and no database.
"""
