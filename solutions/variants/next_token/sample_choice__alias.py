"""Walker's alias method in Vose's form, over the possible tokens."""


def sample_choice(tokens, p, rng):
    possible = [i for i, x in enumerate(p) if x > 0]
    size, total = len(possible), float(np.sum(p))
    height = [float(p[i]) * size / total for i in possible]
    alias = list(range(size))
    small = [i for i in range(size) if height[i] < 1]
    large = [i for i in range(size) if height[i] >= 1]
    while small and large:
        low, high = small.pop(), large[-1]
        alias[low] = high
        height[high] -= 1 - height[low]
        if height[high] < 1:
            small.append(large.pop())
    for i in small + large:
        height[i] = 1.0
    column = int(rng.integers(size))
    idx = possible[column if rng.random() < height[column] else alias[column]]
    return tokens[idx], idx
