"""The commands of `retoure`, one module each."""
