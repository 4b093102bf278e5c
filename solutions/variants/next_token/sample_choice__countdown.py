"""One uniform number from which the probabilities are taken away until it is used up."""


def sample_choice(tokens, p, rng):
    left = rng.random() * sum(float(x) for x in p)
    last = None
    for i, x in enumerate(p):
        if x > 0:
            last = i
            left -= x
            if left < 0:
                break
    return tokens[last], last
