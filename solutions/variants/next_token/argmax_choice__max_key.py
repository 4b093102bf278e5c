"""max over the indices by their probability; max keeps the first."""


def argmax_choice(tokens, p):
    idx = max(range(len(tokens)), key=p.__getitem__)
    return (tokens[idx], idx)
