"""A command in a bubblewrap sandbox, watched while it runs."""
