"""What finance closes a month on: figures of the journal as tables and charts. Pure, but for reading the store.

`read_returns` turns the journal into `ReturnBooks`, a function per report turns those into a `Report`, and `html_page`,
`csv_text` and `as_json` write it down. Nothing here asks a platform.
"""

from .attention import Attention as Attention
from .attention import attended as attended
from .attention import attention as attention
from .exceptions import Case as Case
from .exceptions import Severity as Severity
from .exceptions import cases as cases
from .exceptions import exceptions as exceptions
from .moments import shown as shown
from .month_end import month_end as month_end
from .page import html_page as html_page
from .period import Period as Period
from .period import PeriodInvalid as PeriodInvalid
from .period import period_of as period_of
from .plain import as_json as as_json
from .plain import csv_text as csv_text
from .reading import read_returns as read_returns
from .refund_lag import refund_lag as refund_lag
from .report import Made as Made
from .report import Report as Report
from .report import Table as Table
from .returns import ReturnBooks as ReturnBooks
from .stock import StockRow as StockRow
from .stock import ghost_stock as ghost_stock
from .stock import stock as stock
from .stock import stock_rows as stock_rows
