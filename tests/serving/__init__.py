"""How connections are taken and kept, at gunicorn itself with a small application."""
