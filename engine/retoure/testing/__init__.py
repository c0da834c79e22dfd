"""The mapping's own tests and dry runs: real delivery on a store in memory, answers from files, no network."""

from .coverage import Coverage as Coverage
from .coverage import coverage as coverage
from .dry_run import DryRun as DryRun
from .dry_run import SentEffect as SentEffect
from .dry_run import dry_run as dry_run
from .dry_run import rehearsed_stories as rehearsed_stories
from .event_files import EventUnreadable as EventUnreadable
from .event_files import read_event as read_event
from .junit import junit as junit
from .record import Recorded as Recorded
from .record import record_case as record_case
from .results import Failure as Failure
from .results import TestResult as TestResult
from .run_tests import TestUnplayable as TestUnplayable
from .run_tests import run_tests as run_tests
