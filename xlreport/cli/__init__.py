"""The command line: build values, one or two calls, print, exit."""

import sys

from xlreport.cli.commands import app
from xlreport.cli.output import tell
from xlreport.errors import DefinitionError, XlreportError
from xlreport.messages import say

TROUBLE = 2
"""Exit code of usage, definition or file trouble."""


def main() -> None:
    """Run a command; what cannot be done is said in words, and ends with exit code 2."""
    try:
        app()
    except DefinitionError as error:
        tell(say("form.header", count=len(error.problems), source=error.source))
        for problem in error.problems:
            tell(f"  {problem}")
        sys.exit(TROUBLE)
    except XlreportError as error:
        tell(str(error))
        sys.exit(TROUBLE)


__all__ = ["app", "main"]
