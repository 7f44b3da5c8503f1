"""An installation on several nodes, on one computer: `make cluster`. Results: docs/explanation/scaled-out.md."""
