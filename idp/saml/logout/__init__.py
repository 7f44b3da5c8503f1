"""Single logout: reads and builds its messages, finds which services to notify, and leads the browser through them."""
