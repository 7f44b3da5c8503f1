"""What every page owes to whoever reads it: small, large, turned round, in the dark or read out."""
