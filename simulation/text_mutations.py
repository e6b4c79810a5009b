"""Damage to the text of a part or a CSV file, and odd ways to say the same."""

import re
from collections.abc import Callable, Sequence
from random import Random

_TOKEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^<>]*>|[^<]+", re.DOTALL)
_ATTRIBUTE = re.compile(rb"""\s+([\w:.\-]+)\s*=\s*("[^"]*"|'[^']*')""")
_ODD_VALUES = (
    b"", b" ", b"-1", b"0", b"1e999", b"NaN", b"inf", b"9"*400, b"0x10", b"1_000", b"1.5", b"12e2", b" 7 ", b"+7",
    "\u0661\u0662".encode(), "\uff17".encode(), b"&#49;&#50;", b"&#0;", b"&#x110000;", b"&#xD800;", b"&bogus;",
    b"&amp;", b"&lt;v&gt;", b"_x0041_", b"_xD83D__xDE00_", b"_xFFFF_", b"A1:B2", b"B2", b"XFE1", b"a1", b"A0",
    b"A1048577", b"$B$2", b"s", b"str", b"inlineStr", b"b", b"e", b"d", b"n", b"1", b"true", b"2147483648", b"rId1",
    b"../../x", b"\xff\xfe", b"]]>", b"--", b"'\"",
)  # fmt: skip
_ODD_TOKENS = (
    b"<!-- x -->", b"<!-- <c r='D2'><v>9</v></c> -->", b"<![CDATA[7]]>", b"<![CDATA[<v>7</v>]]>", b"<?pi <v>9</v>?>",
    b"<!DOCTYPE x>", b"<!ENTITY e '1'>", b"<v>9</v>", b"<v/>", b"<v", b"</v>", b"</c>", b"<c>",
    b"<c r='D2'><v>9</v></c>", b"<c t='s'><v>0</v></c>", b"<row>", b"</row>", b"<row r='3'/>", b"<is><t>9</t></is>",
    b"<t>9</t>", b"<f>1+1</f>", b"<f t='array' ref='A1:D9'>1</f>", b"<r><t>9</t></r>",
    b"<rPh sb='0' eb='1'><t>9</t></rPh>", b"<extLst><ext uri='x'><c xmlns='urn:x' r='D2'><v>9</v></c></ext></extLst>",
    b"<sheetData>", b"</sheetData>", b"<sheetData/>", b"<mergeCell ref='A1:Z9'/>", b"<sheetProtection sheet='1'/>",
    b"\n", b"  ", b"&#13;", b"&gt;", b"x", b"\x00", b"\xc3", b"<", b">",
)  # fmt: skip
_DECLARATIONS = (
    b"", b"<?xml version='1.0'?>", b"<?xml version='1.0' encoding='utf-16'?>",
    b"<?xml version='1.0' encoding='latin-1'?>", b"<?xml version='1.0' encoding='utf-7'?>",
    b"<?xml version='1.0' encoding='cp037'?>", b"<?xml version='1.0' encoding='bogus'?>",
    b"<?xml version='1.0' encoding='rot13'?>", b"\xef\xbb\xbf", b"\xef\xbb\xbf<?xml version='1.0' encoding='ascii'?>",
    b" \n<?xml version='1.0'?>",
)  # fmt: skip


def _tokens(data: bytes) -> list[bytes]:
    return _TOKEN.findall(data)


def shuffled_tokens(data: bytes, random: Random) -> bytes:
    """Lose, double, swap or add tags and texts."""
    tokens = _tokens(data) or [data]
    at = random.randrange(len(tokens))
    other = min(len(tokens) - 1, max(0, at + random.randrange(-6, 7)))
    match random.randrange(5):
        case 0:
            del tokens[at]
        case 1:
            tokens.insert(at, tokens[other])
        case 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        case _:
            tokens.insert(at, random.choice(_ODD_TOKENS))
    return b"".join(tokens)


def odd_values(data: bytes, random: Random) -> bytes:
    """Say something odd in one attribute or one text."""
    if random.random() < 0.5:
        found = random.choice(list(_ATTRIBUTE.finditer(data)) or [None])
        if found is not None:
            return data[: found.start(2) + 1] + random.choice(_ODD_VALUES) + data[found.end(2) - 1 :]
    tokens = _tokens(data)
    texts = [index for index, token in enumerate(tokens) if not token.startswith(b"<")]
    if texts:
        tokens[random.choice(texts)] = random.choice(_ODD_VALUES)
    return b"".join(tokens)


def odd_attributes(data: bytes, random: Random) -> bytes:
    """Lose an attribute, double it, add one, or write it in another legal way."""
    found = random.choice(list(_ATTRIBUTE.finditer(data)) or [None])
    if found is None:
        return data
    name, quoted = found.groups()
    first = b"&#%d;" % quoted[1] if len(quoted) > 2 else b""
    new = random.choice(
        (
            b"",
            found[0] * 2,
            b'\n%s = "%s"' % (name, quoted[1:-1].replace(b'"', b"&quot;")),
            b" %s='%s'" % (name, quoted[1:-1].replace(b"'", b"&apos;")),
            b' %s="%s%s"' % (name, first, quoted[2:-1]),
            b' x="a > b" ' + found[0],
            b' q:r="D9" q:t="e" ' + found[0],
            found[0] + b" r='D9'",
            b" %s=%s" % (name.upper(), quoted),
        )
    )
    return data[: found.start()] + new + data[found.end() :]


def same_in_other_words(data: bytes, random: Random) -> bytes:
    """Say the same: CDATA, entities, comments and spaces where XML allows them."""
    tokens = _tokens(data)
    at = random.randrange(len(tokens) or 1)
    for index in range(at, min(len(tokens), at + random.choice((1, 5, 200)))):
        token = tokens[index]
        if token.startswith((b"<!", b"<?")):
            continue
        if token.startswith(b"<"):
            tokens[index] = random.choice((token, token + b"<!-- </row> -->", re.sub(rb"(/?)>$", rb" \1>", token)))
        elif b"&" not in token and token.strip():
            entity = b"&#x%x;" % token[0] + token[1:] if token[0] < 0x80 else token
            tokens[index] = random.choice((b"<![CDATA[%s]]>" % token, entity, b"<!---->" + token, token + b"<?x?>"))
    return b"".join(tokens)


def declared_otherwise(data: bytes, random: Random) -> bytes:
    """Lie about the encoding, or use another one."""
    bare = re.sub(rb"^<\?xml.*?\?>\s*", b"", data)
    text = bare.decode("utf-8", "replace")
    return random.choice(
        (
            random.choice(_DECLARATIONS) + bare,
            text.encode("utf-16"),
            b"\xff\xfe" + bare,
            b"<?xml version='1.0' encoding='latin-1'?>" + text.encode("latin-1", "xmlcharrefreplace"),
        )
    )


def nested(data: bytes, random: Random) -> bytes:
    """Wrap something deep, or write something very often."""
    tokens = _tokens(data) or [data]
    at = random.randrange(len(tokens))
    count = random.choice((3, 300, 20_000))
    opening, closing = random.choice(((b"<x>", b"</x>"), (b"<row>", b"</row>"), (b"<c>", b"</c>"), (b"<is>", b"</is>")))
    tokens[at] = random.choice(
        (opening * count + tokens[at] + closing * count, tokens[at] * min(count, 400), opening * count)
    )
    return b"".join(tokens)


def garbled(data: bytes, random: Random) -> bytes:
    """Change bytes without knowing what they mean."""
    new = bytearray(data)
    for _ in range(random.choice((1, 2, 5))):
        at = random.randrange(len(new) + 1)
        new[at : at + random.randrange(3)] = random.randbytes(random.randrange(3))
    return bytes(new)


def cut_text(data: bytes, random: Random) -> bytes:
    """Lose a stretch of it."""
    start = random.randrange(len(data) + 1)
    return random.choice((data[:start], data[:start] + data[start + random.randrange(60) :]))


def odd_fields(data: bytes, random: Random) -> bytes:
    """Put marks of CSV where they should not be."""
    at = random.randrange(len(data) + 1)
    marks = (
        b'"',
        b'""',
        b";",
        b",",
        b"\t",
        b"\r",
        b"\n",
        b"\r\n\r\n",
        b"\x00",
        b"'",
        b"=",
        b'="1"',
        b"sep=,\n",
        b"\xff",
        "é".encode(),
    )
    return data[:at] + random.choice(marks) * random.choice((1, 1, 3, 1000)) + data[at:]


Mutation = Callable[[bytes, Random], bytes]
XML_MUTATIONS: Sequence[Mutation] = (
    shuffled_tokens,
    shuffled_tokens,
    odd_values,
    odd_values,
    odd_attributes,
    odd_attributes,
    same_in_other_words,
    same_in_other_words,
    declared_otherwise,
    nested,
    garbled,
    cut_text,
)
CSV_MUTATIONS: Sequence[Mutation] = (odd_fields, odd_fields, garbled, cut_text)
