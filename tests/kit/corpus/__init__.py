"""Every stored submission, graded by nbgrader."""
