"""A place on several computers, played on one: `make cluster`. What it showed: docs/explanation/scaled-out.md."""
