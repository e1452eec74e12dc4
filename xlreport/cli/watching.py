"""Watch an inbox until somebody stops it: Ctrl+C, or the system's word to end."""

import signal
import time
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import NoReturn

from xlreport.cells import one_line
from xlreport.cli.collecting import TROUBLE, CollectOptions, Report, collect_once, open_results, prepare
from xlreport.cli.output import tell
from xlreport.errors import XlreportError
from xlreport.messages import say
from xlreport.office.archive.archive import ARCHIVE
from xlreport.office.collecting.watching import Look, Looking, watch
from xlreport.office.folder.own import OwnFolder


def run_watch(options: CollectOptions, every: float) -> None:
    """Collect whenever files have come or the roster or a mark has changed; every result is whole when it is stopped.

    Raises:
        RequestError: something asked for is not right, or another run is at work.
        WorkbookError: the roster or the report to compare with cannot be read.
        DefinitionError: the form is not right.
    """
    task = prepare(options)
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        with open_results(options, task) as folder:
            tell(say("watch.begin", folder=options.inbox, every=f"{every:g}"))
            run = _Run(options, folder)
            looking = Looking(options.inbox, options.beside, options.results / ARCHIVE)
            watch(looking.look, run.collect, partial(time.sleep, every))
    except KeyboardInterrupt:
        tell(say("watch.end"))
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


@dataclass
class _Run:
    """One run after the other; what is said twice in a row is told once."""

    options: CollectOptions
    folder: OwnFolder
    told: tuple[str, ...] = ()

    def collect(self, still: Look) -> bool:
        """Collect the files that stand still; whether nothing has to be tried again."""
        try:
            task = prepare(self.options)  # roster and reports may have been corrected since
            report = collect_once(self.options, task, self.folder, only=still.__contains__)
        except XlreportError as error:
            self.tell((str(error),))
            return False
        self.say(report, sum(path.is_relative_to(self.options.inbox) for path in still))
        return report.code != TROUBLE

    def say(self, report: Report, count: int) -> None:
        """Tell how things stand."""
        self.tell((say("watch.again", count=count), report.state, *map(one_line, report.notes)))

    def tell(self, lines: tuple[str, ...]) -> None:
        """Tell something, unless it was the last that was told."""
        if lines != self.told:
            self.told = lines
            for line in lines:
                tell(line)
