"""What `make check` looks for besides: packages with known holes, and secrets that were left in a file."""
