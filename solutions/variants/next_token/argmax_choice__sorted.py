"""Sort by falling probability, then rising index."""


def argmax_choice(tokens, p):
    ranking = sorted(enumerate(p), key=lambda pair: (-pair[1], pair[0]))
    idx = ranking[0][0]
    return tokens[idx], idx
