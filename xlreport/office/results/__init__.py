"""What a collection writes, each file whole, and only what is new."""
