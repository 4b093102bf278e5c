"""Takes the maximum of rel - p, so only tokens drawn too often count.

de: Du nimmst das Maximum von rel - p und siehst nur die Token, die zu oft kamen. Ein Token mit
p = 0.6 kam nur mit 0.2, und die anderen vier teilen sich den Rest: Wie groß ist der größte
Abstand, und was meldest du?
en: You take the maximum of rel - p, so you only see tokens that came too often. A token with p
= 0.6 came with 0.2 only, and four others share the rest: how large is the largest gap, and what
do you report?
"""


def deviation(p, rel):
    return max(r - x for x, r in zip(p, rel))
