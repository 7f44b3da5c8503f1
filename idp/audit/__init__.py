"""The trail: what happened, in lines that are written once and never changed."""
