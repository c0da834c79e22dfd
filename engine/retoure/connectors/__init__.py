"""Connectors: the port, the connectors of both platforms, memory, recorded files, and the simulators."""
