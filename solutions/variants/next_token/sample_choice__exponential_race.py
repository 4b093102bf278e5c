"""Each token's waiting time is exponential with rate p; the first to arrive wins."""


def sample_choice(tokens, p, rng):
    possible = [i for i in range(len(tokens)) if p[i] > 0]
    with np.errstate(over="ignore"):
        arrival = rng.standard_exponential(len(possible)) / p[possible]
    idx = possible[int(arrival.argmin())]
    return tokens[idx], idx
