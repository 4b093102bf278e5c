"""HTML that students and staff read."""
