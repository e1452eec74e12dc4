"""The rule language: parsed and type-checked once, spelled as an Excel formula and judged in Python.

``parse`` → syntax · ``resolve`` → a typed tree · ``excel`` and ``verdict`` → its two meanings.
"""
