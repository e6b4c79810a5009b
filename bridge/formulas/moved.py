"""The words of a formula as workbooks store it (ECMA-376 part 1, 18.17: English, commas, A1), and filling down."""

import re

from bridge.xlsx.sheet_xml import LAST_ROW

LONGEST_FORMULA = 8192
"""In characters; no program of the Excel family takes a longer one."""

_COLUMN = r"\$?(?:[A-Za-z]{1,2}|[A-Wa-w][A-Za-z]{2}|[Xx][A-Ea-e][A-Za-z]|[Xx][Ff][A-Da-d])"
_ROW = r"\$?(?:[1-9][0-9]{0,5}|10[0-3][0-9]{4}|104[0-7][0-9]{3}|1048[0-4][0-9]{2}|10485[0-6][0-9]|104857[0-6])(?![0-9])"
_WORD = r"[\w.\\]+"

TOKEN = re.compile(
    rf"""
    (?P<text> "(?:[^"]|"")*" )
    | (?: (?P<sheet> '(?:[^']|'')++'                       # quoted, with or without a file: '[1]Toko A'
                   | \[[^\[\]]+\] (?: {_WORD} )? (?: :{_WORD} )?   # in another file: [1]Toko
                   | {_WORD} (?: :{_WORD} )?               # one sheet, or the first and the last of several
                   | \#REF                                 # a sheet that is gone
          ) ! )?
      (?: (?P<cells> {_COLUMN}{_ROW} (?: :{_COLUMN}{_ROW} )? (?![\w.\\(\[!])
                   | {_COLUMN}:{_COLUMN} (?![\w.\\(\[!])
                   | {_ROW}:{_ROW} (?![\w.\\(\[!])
          )
        | (?P<function> [^\W\d][\w.\\]* ) \(
        | (?P<table> [^\W\d][\w.\\]* )? (?P<columns> \[ (?: [^\[\]'] | '. | \[ (?: [^\[\]'] | '. )* \] )* \] )
        | (?P<name> (?: [^\W\d] | \\ ) [\w.\\?]* )
        | (?P<error> \#(?: N/A | DIV/0! | [A-Z_]+[!?]? ) )
      )
    | (?P<number> (?: [0-9]+ \.? [0-9]* | \.[0-9]+ ) (?: [Ee][+-]?[0-9]+ )? )
    | (?P<sign> '.* | ".* | . )                            # a quote that does not end swallows the rest
    """,
    re.VERBOSE | re.DOTALL,
)
"""One word: a text, a reference of some kind, a function with its bracket, a number, or any other single sign."""

_RELATIVE_ROW = re.compile(r"(?<![$0-9])[0-9]+")


def moved_down(formula: str, rows: int) -> str:
    """Shift the relative rows of a formula's references; ``$`` rows, texts and names stay."""
    return TOKEN.sub(lambda token: _moved(token, rows), formula)


def _moved(token: re.Match[str], rows: int) -> str:
    if token["cells"] is None:
        return token[0]
    cells = _RELATIVE_ROW.sub(lambda row: str(min(int(row[0]) + rows, LAST_ROW)), token["cells"])
    return token[0].removesuffix(token["cells"]) + cells
