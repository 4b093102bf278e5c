"""What grading is about: grades, limits, messages, errors, and the cells of a notebook."""
