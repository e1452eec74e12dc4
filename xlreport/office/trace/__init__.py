"""Where each number of a sum comes from, and where a report made elsewhere differs."""
