"""What a student handed in: read, recognised, restored to the shape of the source."""
