"""Commands, and what those of one room share."""
