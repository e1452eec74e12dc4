"""Exceptions, by who can mend the cause: the form's author, the operator, or nobody but us.

What a clerk can mend is never an exception; it is a ``Finding``.
"""

from dataclasses import dataclass
from errno import errorcode

from xlreport.messages import LANGUAGES, say


class XlreportError(Exception):
    """Anything the product refuses; the command line prints it and ends with exit code 2."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a form definition: the path of the entry, what is wrong, and for a rule its caret."""

    path: str
    message: str
    excerpt: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" + (f"\n{self.excerpt}" if self.excerpt else "")


class DefinitionError(XlreportError):
    """A form definition that cannot be used, with every problem of it at once."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(source, problems)
        self.source = source
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([self.source, *(str(problem) for problem in self.problems)])


class WorkbookError(XlreportError):
    """A file that cannot be read as a filled workbook; ``code`` is an entry of the catalogue."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class RequestError(XlreportError):
    """Something asked for that cannot be done: a wrong option, unknown names, a file that is in the way."""


class LimitError(Exception):
    """A workbook plan that Excel would refuse or repair; the strict writer's answer to a mistake of ours."""


def reason_of(error: Exception) -> str:
    """Why the system or the archive refused, in words; a refusal that has none is told as it is."""
    name = getattr(error, "sqlite_errorname", None) or errorcode.get(getattr(error, "errno", None) or 0, "")
    if f"why.{name}" in LANGUAGES["zh"]:
        return say(f"why.{name}")
    return str(getattr(error, "strerror", None) or error)
