"""What two mappings say differently, whatever their layout: block by block, and what each change means. Pure."""

from .compare import difference as difference
from .results import BlockChange as BlockChange
from .results import Change as Change
from .results import Difference as Difference
from .results import Note as Note
from .results import Side as Side
from .results import Sign as Sign
from .results import unreadable as unreadable
