"""An .xlsx file from the zip to its cells, read and changed in place: never through a model of the whole workbook."""
