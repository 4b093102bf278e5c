"""Benchmarks: what grading a class costs, measured beside plain nbgrader and beside no grader."""
