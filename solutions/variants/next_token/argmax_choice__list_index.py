"""Built-in max, then the first place that holds it."""


def argmax_choice(tokens, p):
    values = list(p)
    idx = values.index(max(values))
    return tokens[idx], idx
