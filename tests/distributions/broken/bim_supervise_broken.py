"""A pack that cannot be loaded: what it needs was never installed."""

raise ModuleNotFoundError("no module named 'geophones'")
