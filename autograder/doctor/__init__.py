"""What grading needs on this machine, and what a sandbox lets student code do."""
