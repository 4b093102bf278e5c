"""Calls to the student's functions, as hidden tests make them."""
