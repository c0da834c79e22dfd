"""SCAYLE: the connector, and the operations that take more than one request."""

from .connector import ScayleConnector

__all__ = ["ScayleConnector"]
