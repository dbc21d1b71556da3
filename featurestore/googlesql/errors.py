"""Errors of GoogleSQL."""

from __future__ import annotations

import re

_STATUS = re.compile(r"Code: (\d+), Message: (.*)", re.DOTALL)
_PLACE = re.compile(r" \[at (\d+):(\d+)\]")
_UNIMPLEMENTED = 12


class GoogleSqlError(Exception):
    """A statement that the parser, the analyzer or the evaluator refused, or failed on.

    Attributes:
        message: GoogleSQL's message, without the place.
        line: Line in the statement, from 1; 0 if unknown.
        column: Character in that line, from 1; 0 if unknown.
        code: Status code: 3 wrong statement, 11 out of range (a value), 12 not implemented.
    """

    def __init__(self, message: str, *, line: int = 0, column: int = 0, code: int = 3) -> None:
        super().__init__(f"{message} [at {line}:{column}]" if line else message)
        self.message, self.line, self.column, self.code = message, line, column, code

    @classmethod
    def of_status(cls, text: str) -> GoogleSqlError:
        """The error of a status text such as ``Code: 3, Message: Syntax error: ... [at 1:8]``."""
        status = _STATUS.match(text)
        code, message = (int(status[1]), status[2]) if status else (2, text)
        place = _PLACE.search(message)
        line, column = (int(place[1]), int(place[2])) if place else (0, 0)
        return cls(_PLACE.sub("", message).strip(), line=line, column=column, code=code)

    def placed(self, line: int, column: int) -> GoogleSqlError:
        """The same error in another place."""
        return GoogleSqlError(self.message, line=line, column=column, code=self.code)

    @property
    def summary(self) -> str:
        """The first line of the message; signatures and candidates are on the other lines."""
        return self.message.partition("\n")[0]

    @property
    def is_syntax(self) -> bool:
        """Whether the text does not even parse."""
        return self.message.startswith("Syntax error")

    @property
    def is_unimplemented(self) -> bool:
        """Whether GoogleSQL has the function or feature, but this evaluator does not."""
        return self.code == _UNIMPLEMENTED


class Crashed(GoogleSqlError):
    """The module stopped in the middle: too deep a statement, too much memory."""


class TooDeep(Exception):
    """A request succeeded, but its reply nests deeper than Python's limit for messages."""
