"""Judge a submission: structure before content, every rule at every place, nothing guessed."""
