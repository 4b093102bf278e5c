"""Takes a new random number at every step through the tokens.

de: Du würfelst für jedes Token neu, ob es drankommt. Rechne für p = [0.5, 0.3, 0.2] nach: Wie oft
wird das zweite Token gewählt, wenn erst das erste verlieren muss?
en: You roll the dice anew for each token. Work it out for p = [0.5, 0.3, 0.2]: how often is the
second token chosen, if the first has to lose first?
"""


def sample_choice(tokens, p, rng):
    for idx in range(len(tokens)):
        if rng.random() < p[idx]:
            return tokens[idx], idx
    return tokens[-1], len(tokens) - 1
