"""Maps, conditions and rules as Python functions.

A function answers for the usual event and gives up on any other; the interpreter (`runtime.evaluate`) then evaluates
the same tree and says what it is. So a function may only ever be quicker than the interpreter, never know better.
"""

from .code import Code as Code
from .listing import listing as listing
from .quick import QuickEvaluator as QuickEvaluator
from .quick import maker as maker
