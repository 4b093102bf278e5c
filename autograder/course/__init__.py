"""A course folder, and the answers that it keeps."""
