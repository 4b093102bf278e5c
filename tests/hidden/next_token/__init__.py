"""The laws of the assignment `next_token`, one module a graded function or variable."""
