"""Grade nbgrader notebooks with hidden tests, outside the student's process."""

__version__ = "0.1.0"
