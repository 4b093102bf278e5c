"""The Gumbel-max trick: add Gumbel noise to ln p and take the largest."""


def sample_choice(tokens, p, rng):
    with np.errstate(divide="ignore"):
        noisy = np.log(p) + rng.gumbel(size=len(p))
    idx = int(np.argmax(noisy))
    return tokens[idx], idx
