"""How operators change the access policy: drafts, checks, publication, and policies in files."""
