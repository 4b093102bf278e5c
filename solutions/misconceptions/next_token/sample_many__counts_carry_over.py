"""Keeps the tally of earlier calls and counts on.

de: Deine Strichliste steht außerhalb der Funktion und wird nie geleert. Ruf deine Funktion zweimal
mit n = 10 auf: Welche Summe hat counts beim zweiten Mal?
en: Your tally lives outside the function and is never cleared. Call your function twice with n =
10: what is the sum of counts the second time?
"""

tally = {}


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    for _ in range(n):
        token, _ = sample_choice(tokens, p, rng)
        tally[token] = tally.get(token, 0) + 1
    counts = np.array([tally.get(token, 0) for token in tokens])
    return counts, counts / n
