"""A folder of our own: its mark, its lock, and what in it is as we wrote it."""
