"""A deployment file: which mapping runs, against which hosts, with which credentials."""

from ..connectors.secret import Secret
from .connect import CONNECTORS, ConnectorKind, connect
from .load import load_deployment, read_deployment
from .model import AlertChannel, Deployment, Store, System, Web, Worker
from .problems import DeploymentInvalid, Problem
from .secrets import SecretRef

__all__ = [
    "CONNECTORS",
    "AlertChannel",
    "ConnectorKind",
    "Deployment",
    "DeploymentInvalid",
    "Problem",
    "Secret",
    "SecretRef",
    "Store",
    "System",
    "Web",
    "Worker",
    "connect",
    "load_deployment",
    "read_deployment",
]
