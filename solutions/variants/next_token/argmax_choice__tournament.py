"""A knock-out tournament by recursion; the left half wins a tie."""


def argmax_choice(tokens, p):
    def winner(low, high):
        if high - low == 1:
            return low
        middle = (low + high) // 2
        left, right = winner(low, middle), winner(middle, high)
        return left if p[left] >= p[right] else right

    idx = winner(0, len(tokens))
    return tokens[idx], idx
