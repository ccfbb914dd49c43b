"""Earned value and other figures derived from plan and evidence."""
