"""A Jupyter kernel in a sandbox: its cells, and the runs of a notebook."""
