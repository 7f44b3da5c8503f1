"""SQL that Django cannot express, or that it runs too slowly."""
