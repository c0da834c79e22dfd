"""The store: one port, and SQLite behind it."""
