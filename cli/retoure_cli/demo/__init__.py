"""A day of returns on both simulators: planned, played, and compared with their books."""
