"""Walk down a binary tree: a coin at each fork, weighted by the two halves."""


def sample_choice(tokens, p, rng):
    low, high = 0, len(tokens)
    while high - low > 1:
        middle = (low + high) // 2
        left, right = p[low:middle].sum(), p[middle:high].sum()
        if rng.random() * (left + right) < left:
            high = middle
        else:
            low = middle
    return tokens[low], low
