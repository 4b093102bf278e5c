"""nbgrader's own commands, with the engine in them."""
