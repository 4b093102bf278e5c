"""The steps, converters and plugins that nbgrader's own commands run."""
