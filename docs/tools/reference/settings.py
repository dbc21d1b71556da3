"""The settings, from the class that holds them and its docstring."""

from __future__ import annotations

from dataclasses import MISSING, fields

from docs.tools.reference import docstrings
from docs.tools.reference.markdown import code, table
from featurestore import config, config_file

_TYPES = {
    "str": "text",
    "int": "integer",
    "float": "number",
    "tuple[str, ...]": "list",
    "Mapping[str, str]": "table",
    "Mapping[str, Mapping[str, object]]": "table",
}
# A table of tables is written in the file alone.
_WITHOUT_VARIABLE = {"columns"}


def page() -> str:
    """Where settings are read, each setting, and the file that `featurestore init` writes."""
    meanings = docstrings.attributes(config.Settings)
    rows = [
        (
            code(one.name),
            _TYPES[str(one.type)],
            "" if one.default is MISSING else code(_toml(one.default)),
            meanings[one.name],
            "" if one.name in _WITHOUT_VARIABLE else code(f"{config.PREFIX}{one.name.upper()}"),
        )
        for one in fields(config.Settings)
    ]
    return f"""\
The settings file is the one that `--config` or `{config.FILE_VARIABLE}` names, else
`{config_file.FILE_NAME}` of the current folder, else the table `[tool.featurestore]` of its
`{config_file.PROJECT_FILE}`. A variable overrides the file, and an option of a command overrides
both. Paths in a file start at the file's folder; those of a variable or an option at the current
folder.

{table(["setting", "type", "default", "meaning", "variable"], rows)}
In a variable, `sql` is a list separated by commas, `datasets` one of `OURS=THEIRS`. `columns` is
written in the file alone; [FS205](../rules/FS205.md) has an example.

`featurestore init` writes this file:

```toml
{config.TEMPLATE}```
"""


def _toml(value: object) -> str:
    """A default as it is written in the file; nothing for an empty one."""
    if isinstance(value, str):
        return f'"{value}"' if value else ""
    return "" if value in ((), {}) else str(value)
