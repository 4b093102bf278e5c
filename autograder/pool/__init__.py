"""Grade many submissions at a time: on this machine, or on the workers of a Dask cluster."""
