"""Docstrings as Markdown; griffe reads their sections."""

from __future__ import annotations

import inspect
import re

from griffe import Docstring, DocstringSection, DocstringSectionKind

from docs.tools.reference.markdown import code

_HEADS = {
    DocstringSectionKind.parameters: "Arguments",
    DocstringSectionKind.attributes: "Attributes",
    DocstringSectionKind.returns: "Returns",
    DocstringSectionKind.yields: "Yields",
    DocstringSectionKind.raises: "Raises",
}
_ROLE = re.compile(r":\w+:(?=`)")


def sections(docstring: Docstring | None) -> list[DocstringSection]:
    """The text of a docstring and its lists, in their order."""
    if docstring is None:
        return []
    return docstring.parse("google", warn_missing_types=False, warn_unknown_params=False)


def markdown(docstring: Docstring | None) -> str:
    """The whole docstring."""
    parts = []
    for section in sections(docstring):
        if section.kind is DocstringSectionKind.text:
            parts.append(_prose(section.value))
        else:
            items = [f"- {_item(one)}{_in_a_line(one.description)}" for one in section.value]
            parts.append(f"{_HEADS[section.kind]}:\n\n" + "\n".join(items))
    return "\n\n".join(parts)


def attributes(cls: type) -> dict[str, str]:
    """What a class's docstring says of each attribute."""
    parsed = sections(Docstring(inspect.getdoc(cls) or ""))
    return {
        one.name: _in_a_line(one.description)
        for section in parsed
        if section.kind is DocstringSectionKind.attributes
        for one in section.value
    }


def first_paragraph(cls: type) -> str:
    """The beginning of a class's docstring."""
    return _in_a_line((inspect.getdoc(cls) or "").partition("\n\n")[0])


def _item(one: object) -> str:
    """What a line of a list is about: a name, or the type of an error."""
    name = getattr(one, "name", None) or getattr(one, "annotation", None)
    return f"{code(str(name))}: " if name else ""


def _prose(text: str) -> str:
    return _ROLE.sub("", text).strip()


def _in_a_line(text: str) -> str:
    return " ".join(_prose(text).split())
