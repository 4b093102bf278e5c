"""Ten thousand single draws, counted in a dictionary."""

dice = np.random.default_rng(3)
chances = softmax(logits / 1.2)
tally = dict.fromkeys(vocab, 0)
for _ in range(10000):
    token, _ = sample_choice(vocab, chances, dice)
    tally[token] += 1
my_deviation = max(abs(tally[token] / 10000 - x) for token, x in zip(vocab, chances))
