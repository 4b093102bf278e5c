"""A loop that changes its mind only for something strictly larger."""


def argmax_choice(tokens, p):
    best = 0
    for i in range(1, len(tokens)):
        if p[i] > p[best]:
            best = i
    return tokens[best], best
