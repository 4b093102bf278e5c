"""The command `autograder`: what nbgrader's own commands do not offer."""
