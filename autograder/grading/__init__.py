"""A submission in, a grade out."""
