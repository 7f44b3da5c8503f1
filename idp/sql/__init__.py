"""What we say to the database where Django has no words for it, or where its own way costs too much."""
