"""bim-supervise: construction supervision that joins BIM plans with IoT evidence and signatures."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("bim-supervise")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0.0.0+source"

__all__ = ["__version__"]
