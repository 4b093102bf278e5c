"""What runs beside the student's code: the only folder that is bound into the sandbox."""
