"""Rules for what a letter is: white space, code points, upper and lower case. Pure."""

from __future__ import annotations

from sqlglot import exp

from featurestore.dialect.nodes import call, case_of, failure, typed_as

# Unicode's White_Space, which TRIM removes by default.
WHITE_SPACE = "".join(
    chr(code)
    for code in (
        *range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029,
        0x202F, 0x205F, 0x3000,
    )
)  # fmt: skip

# Letters whose other case is several letters, depends on the position, or is newer than DuckDB's
# Unicode. A test checks the letters of all scripts.
_LOWER = r"[\x{130}\x{3A3}\x{1C89}\x{A7CB}\x{A7CC}\x{A7DA}\x{A7DC}\x{10D50}-\x{10D65}]"
_UPPER = (
    r"[\x{DF}\x{149}\x{19B}\x{1F0}\x{264}\x{390}\x{3B0}\x{587}\x{1C8A}\x{1E96}-\x{1E9A}\x{1F50}"
    r"\x{1F52}\x{1F54}\x{1F56}\x{1F80}-\x{1FAF}\x{1FB2}-\x{1FB4}\x{1FB6}\x{1FB7}\x{1FBC}"
    r"\x{1FC2}-\x{1FC4}\x{1FC6}\x{1FC7}\x{1FCC}\x{1FD2}\x{1FD3}\x{1FD6}\x{1FD7}"
    r"\x{1FE2}-\x{1FE4}\x{1FE6}\x{1FE7}\x{1FF2}-\x{1FF4}\x{1FF6}\x{1FF7}\x{1FFC}\x{A7CD}\x{A7DB}"
    r"\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{10D70}-\x{10D85}]"
)


def white_space(node: exp.Expr) -> exp.Expr:
    """TRIM, LTRIM and RTRIM remove all white space; DuckDB's leave tabs and line breaks."""
    if isinstance(node, exp.Trim) and node.args.get("expression") is None:
        node.set("expression", exp.Literal.string(WHITE_SPACE))
    return node


def reverse_code_points(node: exp.Expr) -> exp.Expr:
    """REVERSE reverses code points; DuckDB's keeps a letter and its accent together."""
    if not isinstance(node, exp.Reverse):
        return node
    points = call("list_reverse", call("string_split", node.this, exp.Literal.string("")))
    return typed_as(call("array_to_string", points, exp.Literal.string("")), node)


def other_case(node: exp.Expr) -> exp.Expr:
    """UPPER('ß') is 'SS'; DuckDB maps a letter to one letter. A difference is an error here."""
    if not isinstance(node, exp.Lower | exp.Upper):
        return node
    if isinstance(node.this, exp.Literal) and node.this.name.isascii():
        return node
    pattern = _LOWER if isinstance(node, exp.Lower) else _UPPER
    differs = call("regexp_matches", node.this, exp.Literal.string(pattern))
    name = node.key.upper()
    failed = failure(f"{name}: of a letter whose other case differs", exp.DataType.build("TEXT"))
    return typed_as(case_of((differs, failed), default=node), node)


LETTER_RULES = (white_space, reverse_code_points, other_case)
