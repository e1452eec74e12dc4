"""What came in, read in parallel, which of it counts for whom, and when to look again."""
