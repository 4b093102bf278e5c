"""The lesson's own way: Generator.choice with p."""


def sample_choice(tokens, p, rng: np.random.Generator):
    i = int(rng.choice(len(tokens), p=p))
    return tokens[i], i
