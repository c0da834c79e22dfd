"""What a mapping would do, what two mappings do differently, and the story of one return. Nothing is sent."""

from .cells import Cell as Cell
from .compare import compared as compared
from .events import EventFolder as EventFolder
from .events import NotPlayed as NotPlayed
from .events import event_files as event_files
from .events import event_journeys as event_journeys
from .events import file_finder as file_finder
from .plan import planned as planned
from .replay import Player as Player
from .results import Doing as Doing
from .results import EffectChange as EffectChange
from .results import EffectDifference as EffectDifference
from .results import HoldShown as HoldShown
from .results import ReturnDifference as ReturnDifference
from .results import ReturnPlan as ReturnPlan
from .results import Side as Side
from .results import Step as Step
from .results import StepDifference as StepDifference
from .results import WordsDifference as WordsDifference
from .traffic import Journal as Journal
from .traffic import Journey as Journey
from .traffic import recorded_journey as recorded_journey
from .traffic import recorded_subjects as recorded_subjects
from .traffic import standing_journey as standing_journey
