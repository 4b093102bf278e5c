"""Draw from elsewhere, dependently, or with a small bias."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.mutants.wrapper import Behaviour, Subject


def misuse_generator(subject: Subject) -> Iterator[Behaviour]:
    """Draws from another generator, dependent draws, and biased ones."""
    for parameter in subject.of_kind("generator"):
        rng = parameter.name
        given = f"if {rng} is not None:\n    " if parameter.optional else ""
        for about, expression in (
            (f"takes a fresh generator in place of {rng}", "np.random.default_rng()"),
            (f"takes NumPy's global generator in place of {rng}", "np.random.mtrand._rand"),
            (f"takes a generator of seed 0 in place of {rng}", "np.random.default_rng(0)"),
            (f"takes a copy of {rng}, which stays where it was", f"copy.deepcopy({rng})"),
            *(
                (
                    f"seeds a generator with one of {k} numbers from {rng}",
                    f"np.random.default_rng(int({rng}.integers({k})))",
                )
                for k in (16, 256, 65536)
            ),
        ):
            body = f"{given}{rng} = {expression}"
            yield Behaviour(about, body, "import copy" * ("copy" in expression), sure=True)
        if parameter.optional:
            yield Behaviour(
                f"takes a generator of seed 0 without {rng}",
                f"if {rng} is None:\n    {rng} = np.random.default_rng(0)",
                sure=True,
            )
        yield from draw_dependently(rng, given)
        yield from draw_with_bias(subject, rng)


DEPENDENT = {
    "each draw twice": "held.pop() if held else held.append(value) or value",
    "1 - u after each draw u": "1 - held.pop() if held else held.append(value) or value",
    "draws of which each tenth is the one before": "repeated(value)",
}


def draw_dependently(rng: str, given: str) -> Iterator[Behaviour]:
    """Draws of which the next one is not independent."""
    for about, step in DEPENDENT.items():
        yield Behaviour(
            f"makes of {rng} {about}",
            f"{given}{rng} = Dependent({rng}.bit_generator)",
            f"""
            held = []


            def repeated(value):
                if not held or value > 0.1:
                    held[:] = [(value - 0.1) / 0.9 % 1]
                return held[0]


            class Dependent(np.random.Generator):
                def random(self, size=None):
                    if size is not None:
                        return np.array([self.random() for _ in range(int(np.prod(size)))])
                    value = super().random()
                    return {step}

                def choice(self, a, size=None, replace=True, p=None):
                    a = np.arange(a) if isinstance(a, int) else np.asarray(a)
                    steps = np.cumsum(np.ones(len(a)) if p is None else p)
                    return a[steps.searchsorted(self.random(size) * steps[-1], side="right")]
            """,
            sure=True,
        )


def draw_with_bias(subject: Subject, rng: str) -> Iterator[Behaviour]:
    """Draws that are almost distributed as they should be."""
    for parameter in subject.of_kind("probabilities"):
        p = parameter.name
        for share in (0.1, 0.05):
            yield Behaviour(
                f"draws {share:.0%} of the time as if {p} were even",
                f"""
                even = np.where({p} > 0, 1.0, 0.0)
                if {rng} is not None:
                    if {rng}.random() < {share}:
                        {p} = even / even.sum()
                """,
                sure=True,
            )
        for power in (1.1, 0.9):
            yield Behaviour(
                f"draws with {p} to the power of {power}",
                f"{p} = {p}**{power} / np.sum({p}**{power})",
                sure=True,
            )
        yield Behaviour(
            f"gives each value of {p} a hundredth of the one before it",
            f"{p} = 0.99 * {p} + 0.01 * np.roll({p}, 1)",
            sure=True,
        )
