"""Reveni's invoice against the journal: its lines through a map of the language, and the checks of reveni.md 8.

`read_invoice` makes lines of a CSV or JSON file, `settlement` compares them with what the journal knows of each return.
"""

from ..reports.money import Rounding as Rounding
from .cases import Case as Case
from .cases import Finding as Finding
from .cases import Outcome as Outcome
from .checks import CHECKS as CHECKS
from .checks import checked as checked
from .invoice import Invoice as Invoice
from .invoice import InvoiceLine as InvoiceLine
from .invoice import InvoiceUnreadable as InvoiceUnreadable
from .invoice import read_invoice as read_invoice
from .report import settlement as settlement
from .terms import Terms as Terms
