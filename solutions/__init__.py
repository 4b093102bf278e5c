"""The reference solutions, one module an assignment: the one truth about right answers."""
