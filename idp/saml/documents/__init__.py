"""XML documents: parsing what others sent, and writing documents of our own in canonical form."""
