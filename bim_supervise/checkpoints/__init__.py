"""The rule contract, the registry of packs, the engine, gates and alarms, and the public case runner."""
