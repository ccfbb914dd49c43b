"""Observations from site: kinds, normalising, minute windows, devices, places and sources."""
