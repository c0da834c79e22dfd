"""Deciding: event and state in, decision out. Pure."""
