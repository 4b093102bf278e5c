"""Choose the probabilities, take their logarithms."""

my_logits = np.log([0.05, 0.3, 0.1, 0.305, 0.15, 0.095])
