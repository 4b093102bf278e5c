"""The hidden tests, one package an assignment: what grades the students' functions."""
