"""Filled workbooks broken at random, and what must hold of each: only findings and clean refusals.

``bases`` are the workbooks to start from, ``mutating`` breaks them, ``holding`` is what must hold of the outcome,
``covering`` is the fuzzer that is led by the lines it reaches. The command is ``tests/fuzz.py``.
"""
