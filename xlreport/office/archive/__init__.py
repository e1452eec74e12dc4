"""The memory of an office: what each file said, how it stands, and the office's own word on it."""
