"""`python -m retoure_cli`."""

from .main import main

main()
