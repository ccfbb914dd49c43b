"""Errors, clock, canonical bytes and message catalogues: what every room may lean on."""
