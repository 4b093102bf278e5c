"""One multinomial throw of ten thousand."""

p = np.exp(logits / 1.2)
p /= p.sum()
my_deviation = np.abs(np.random.default_rng(11).multinomial(10_000, p) / 10_000 - p).max()
