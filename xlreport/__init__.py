"""Locked Excel templates from a form definition, read back, judged and turned into the formatted report."""

__version__ = "0.2.0"
