"""Which formulas of a workbook read which cells, so that a change takes old results away; and formulas moved down."""
