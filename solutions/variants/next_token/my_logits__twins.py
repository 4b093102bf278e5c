"""Two equal logits on top."""

my_logits = np.array([5.0, 5.0, 0.0, 0.0, 0.0, 0.0])
