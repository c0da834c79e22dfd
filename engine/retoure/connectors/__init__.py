"""Connectors: the port, those of both platforms, generic ones, their contract as a suite, and the simulators."""
