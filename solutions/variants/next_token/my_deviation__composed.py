"""sample_many and deviation with a fixed seed."""

pT = softmax_with_temperature(logits, 1.2)
_, rel = sample_many(vocab, pT, n=10000, rng=np.random.default_rng(2025))
my_deviation = deviation(pT, rel)
