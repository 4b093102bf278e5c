"""Draws from a copy, so that rng itself never advances.

de: Du ziehst aus einer Kopie von rng, und rng selbst bleibt stehen. Ruf deine Funktion zehnmal mit
demselben rng auf: Was kommt heraus? Ein Generator darf (und soll) weiterlaufen.
en: You draw from a copy of rng, and rng itself stands still. Call your function ten times with the
same rng: what comes out? A generator may (and should) move on.
"""

import copy


def sample_choice(tokens, p, rng):
    dice = copy.deepcopy(rng)
    idx = int(dice.choice(len(tokens), p=p))
    return tokens[idx], idx
