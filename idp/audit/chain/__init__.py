"""The hash chain of the trail: lines are sealed in it, checkpoints sign it, and anyone can verify it."""
