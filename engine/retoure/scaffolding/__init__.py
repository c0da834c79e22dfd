"""The beginnings of a mapping, made from the schemas of two platforms: a mapping file, a fixture and a test. Pure."""

from ..types.system_files import known_systems as known_systems
from .scaffold import Scaffold as Scaffold
from .scaffold import scaffold as scaffold
from .subject import CannotScaffold as CannotScaffold
