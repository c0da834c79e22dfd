"""Command line of `retoure`."""
