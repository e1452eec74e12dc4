"""How the names in a form are spelled, as patterns."""

IDENTIFIER = r"^[a-z][a-z0-9_]*$"
"""A table, row, column, section, topic, parameter or level."""
FORM_ID = r"^[a-z][a-z0-9-]*$"
VERSION = r"^[0-9]+(\.[0-9]+)*$"
RULE_ID = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$"
