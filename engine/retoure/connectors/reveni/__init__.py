"""Reveni: the connector and the check of its webhook signature."""

from .connector import ReveniConnector

__all__ = ["ReveniConnector"]
