"""How agents prove who they are."""
