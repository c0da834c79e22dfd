"""Connectors that a deployment file can use for any system that a manifest describes, without code."""
