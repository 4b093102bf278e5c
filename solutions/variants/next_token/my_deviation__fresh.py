"""Without a seed: another honest number each time."""

theory = softmax_with_temperature(logits, T=1.2)
my_deviation = float(np.max(np.abs(sample_many(vocab, theory, 10_000)[1] - theory)))
