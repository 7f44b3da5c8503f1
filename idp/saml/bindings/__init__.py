"""How messages travel: HTTP-Redirect and HTTP-POST, received and sent (Bindings 3.4, 3.5)."""
