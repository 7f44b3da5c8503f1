"""The admin as a whole: its addresses, its table of contents, and who may open it."""
