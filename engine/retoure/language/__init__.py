"""The mapping language: text to tree. The only importer of Lark."""

from .parse import Parsed as Parsed
from .parse import parse as parse
from .parse import parse_expression as parse_expression
