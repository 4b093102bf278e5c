"""Each check passes where a suite does what is asked, and says where it does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from autograder.audit.checks import (
    MISCONCEPTIONS,
    VARIANTS,
    Check,
    check_behaviours,
    check_chance,
    check_diagnoses,
    check_misconceptions,
    check_mutants,
    check_nulls,
    check_oracles,
    check_reference,
    check_release,
    check_seeds,
    check_variants,
)
from autograder.audit.trial import AnswerResult, TrialResult
from autograder.audit.worth import Power, Worth, check_worth, measure_power, weigh
from autograder.course.answers import Answer, Kind
from autograder.model.grade import Counterexample, Diagnosis, Grade, Law, Outcome, Status, TaskGrade

ONE = Law("test_one", "f", 1.0, "Eins.")
TWO = Law("test_two", "f", 2.0, "Zwei.")
OTHER = Law("test_other", "g", 1.0, "Anders.")
LAWS = (ONE, TWO, OTHER)
CALL = Counterexample("f(3)", "4")


def came(law: Law, status: Status = "passed") -> Outcome:
    case = CALL if status == "failed" else None
    return Outcome(law, status, case, "no budget" if status == "not graded" else None)


def came_to(
    *outcomes: Outcome, seeds: tuple[int, ...] = (0,), diagnoses: tuple[Diagnosis, ...] = ()
) -> TrialResult:
    return TrialResult(outcomes=outcomes, seeds=seeds, files={}, asked={}, diagnoses=diagnoses)


GOOD = came_to(came(ONE), came(TWO))
BAD = came_to(came(ONE), came(TWO, "failed"))
WORSE = came_to(came(ONE, "failed"), came(TWO, "failed"))
OPEN = came_to(came(ONE, "not graded"), came(TWO, "failed"))


def answer(slug: str = "x", *, task: str = "f", kind: Kind = "variant", about: str = "") -> Answer:
    return Answer(task, slug, "return x - 1\n", kind, about, original="return x + 1\n")


def answers(count: int, of: TrialResult, *, task: str = "f") -> list[AnswerResult]:
    return [(answer(str(number), task=task), of) for number in range(count)]


def found(check: Check) -> tuple[str, tuple[str, ...]]:
    return check.found, check.problems


# --- right answers ------------------------------------------------------------


def graded(one: Status, two: Status, fault: str = "") -> Grade:
    return Grade(
        "x",
        (
            TaskGrade("f", 3.0, (came(ONE, one), came(TWO, two)), fault),
            TaskGrade("g", 0.0, ()),
        ),
    )


def test_a_reference_that_earns_everything_has_no_problem() -> None:
    assert found(check_reference(graded("passed", "passed"))) == ("3 of 3 points", ())


def test_a_reference_that_loses_points_is_told_with_the_task() -> None:
    assert found(check_reference(graded("passed", "failed"))) == ("1 of 3 points", ("f: 1.0",))


def test_a_release_that_earns_nothing_has_no_problem() -> None:
    assert found(check_release(graded("failed", "failed"))) == ("0 of 3 points", ())


def test_a_release_that_earns_points_is_told_with_the_task() -> None:
    assert found(check_release(graded("passed", "failed"))) == ("1 of 3 points", ("f: 1.0",))


@pytest.mark.parametrize("check", [check_reference, check_release])
@pytest.mark.parametrize(
    ("grade", "cause"),
    [
        (graded("passed", "not graded"), "no budget"),
        (graded("passed", "passed", "no kernel"), "no kernel"),
    ],
)
def test_what_was_not_graded_is_a_problem_of_both_ends(check, grade: Grade, cause: str) -> None:  # type: ignore[no-untyped-def]
    assert found(check(grade)) == ("? of 3 points", (f"f: not graded: {cause}",))


def test_enough_variants_that_are_accepted_have_no_problem() -> None:
    right = answers(VARIANTS, GOOD)
    assert found(check_variants(right, ["f"])) == (f"{VARIANTS} of {VARIANTS}", ())


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (BAD, "test_two: f(3) gave 4"),
        (WORSE, "test_one, test_two: f(3) gave 4"),
        (OPEN, "test_one, test_two: no budget"),
    ],
)
def test_a_variant_that_is_rejected_is_told_with_the_laws_and_a_call(
    what: TrialResult, why: str
) -> None:
    right = [*answers(VARIANTS, GOOD), (answer("odd"), what)]
    assert found(check_variants(right, ["f"])) == (
        f"{VARIANTS} of {VARIANTS + 1}",
        (f"f__odd loses {why}",),
    )


def test_too_few_variants_of_a_function_are_a_problem() -> None:
    right = [*answers(VARIANTS, GOOD), *answers(VARIANTS - 1, GOOD, task="g")]
    problems = check_variants(right, ["f", "g", "h"]).problems
    assert problems == (
        f"g has {VARIANTS - 1} variants, not {VARIANTS}",
        f"h has 0 variants, not {VARIANTS}",
    )


def test_runs_with_other_seeds_are_counted_and_each_rejection_is_told() -> None:
    many = came_to(came(ONE), came(ONE), seeds=(1, 2))
    once = came_to(came(ONE), came(ONE, "failed"), seeds=(3, 4))
    assert found(check_seeds([(answer(), many)])) == ("2 runs, each with a seed", ())
    assert found(check_seeds([(answer(), many), (answer("odd"), once)])) == (
        "4 runs, each with a seed",
        ("f__odd: test_one: f(3) gave 4",),
    )


def risky(chance: float) -> Law:
    return Law("test_chance", "f", 1.0, "Zufall.", chance=chance)


def test_laws_that_hardly_ever_reject_a_right_answer_keep_the_budget() -> None:
    check = check_chance([risky(4e-10), risky(5e-10), ONE])
    assert not check.problems
    assert "9e-10" in check.found


@pytest.mark.parametrize("chances", [(1e-9,), (5e-10, 6e-10), (0.5,)])
def test_laws_that_together_reject_too_often_exceed_the_budget(chances: Sequence[float]) -> None:
    (problem,) = check_chance(map(risky, chances)).problems
    assert "is not below 1e-09" in problem


# --- wrong answers ------------------------------------------------------------


def test_enough_misconceptions_that_are_caught_have_no_problem() -> None:
    wrong = answers(MISCONCEPTIONS, BAD)
    assert found(check_misconceptions(wrong, ["f"])) == (
        f"{MISCONCEPTIONS} of {MISCONCEPTIONS}",
        (),
    )


@pytest.mark.parametrize(
    ("what", "problems"),
    [
        (GOOD, ("f__odd is not caught: Says.",)),
        (
            came_to(came(OTHER, "failed")),
            ("f__odd is not caught: Says.", "f__odd costs points elsewhere: g: test_other"),
        ),
        (
            came_to(came(ONE, "failed"), came(OTHER, "failed")),
            ("f__odd costs points elsewhere: g: test_other",),
        ),
        (OPEN, ("f__odd: test_one could not be judged: no budget",)),
        (
            came_to(came(ONE, "not graded")),
            ("f__odd is not caught: Says.", "f__odd: test_one could not be judged: no budget"),
        ),
    ],
)
def test_a_misconception_costs_points_in_its_own_task_alone(
    what: TrialResult, problems: tuple[str, ...]
) -> None:
    wrong = [*answers(MISCONCEPTIONS, BAD), (answer("odd", about="Says."), what)]
    check = check_misconceptions(wrong, ["f"])
    assert check.problems == problems
    caught = MISCONCEPTIONS + ("f__odd is not caught: Says." not in problems)
    assert check.found == f"{caught} of {MISCONCEPTIONS + 1}"


def test_too_few_misconceptions_of_a_function_are_a_problem() -> None:
    problems = check_misconceptions(answers(MISCONCEPTIONS - 1, BAD), ["f"]).problems
    assert problems == (f"f has {MISCONCEPTIONS - 1} misconceptions, not {MISCONCEPTIONS}",)


def test_answers_of_no_worth_that_pass_nothing_have_no_problem() -> None:
    check = check_nulls({"returns_none": WORSE, "raises": OPEN}, LAWS[:2])
    assert found(check) == ("2 kinds, 2 laws each", ())


def test_a_law_that_an_answer_of_no_worth_passes_is_told() -> None:
    check = check_nulls({"returns_none": BAD, "raises": WORSE}, LAWS[:2])
    assert check.problems == ("f: test_one passes where every function returns none",)


def test_laws_that_ask_their_own_task_have_no_problem() -> None:
    asked = {("f", "test_one"): frozenset({"f"}), ("g", "test_other"): frozenset[str]()}
    assert found(check_oracles(asked)) == ("2 laws", ())


def test_a_law_that_asks_for_another_function_is_told() -> None:
    asked = {("f", "test_one"): frozenset({"f", "h", "g"})}
    assert check_oracles(asked).problems == ("f: test_one asks the student for g, h",)


def mutant(what: TrialResult, about: str = "a  →  b", *, number: int = 0) -> AnswerResult:
    return answer(f"mutant_{number}", kind="mutant", about=about), what


def test_mutants_that_are_killed_or_explained_have_no_problem() -> None:
    check = check_mutants([mutant(BAD, "c  →  d"), mutant(GOOD)], {("f", "a  →  b"): "So."})
    assert found(check) == ("1 of 2 killed, 1 explained", ())


def test_a_mutant_that_survives_is_told_with_its_change() -> None:
    check = check_mutants([mutant(GOOD), mutant(BAD)], {})
    assert check.found == "1 of 2 killed, 0 explained"
    (problem,) = check.problems
    assert problem.startswith("f: a mutant survives: a  →  b\n")
    assert "\n-return x + 1\n+return x - 1" in problem


def test_a_reason_counts_for_its_own_task_alone() -> None:
    assert len(check_mutants([mutant(GOOD)], {("g", "a  →  b"): "So."}).problems) == 1


def test_a_reason_for_a_mutant_that_is_killed_or_gone_is_to_be_deleted() -> None:
    reasons = {("f", "a  →  b"): "So.", ("f", "c  →  d"): "So.", ("g", "e  →  f"): "Not tried."}
    assert check_mutants([mutant(BAD)], reasons).problems == (
        "f: no such mutant survives, delete its entry: a  →  b",
        "f: no such mutant survives, delete its entry: c  →  d",
    )


def test_two_mutants_that_show_the_same_change_are_two() -> None:
    check = check_mutants([mutant(GOOD), mutant(GOOD, number=1), mutant(BAD, number=2)], {})
    assert check.found == "1 of 3 killed, 0 explained"
    assert len(check.problems) == 2


def test_a_mutant_that_could_not_be_judged_is_told() -> None:
    problems = check_mutants([mutant(OPEN)], {}).problems
    assert problems == ("f__mutant_0: test_one could not be judged: no budget",)


def wrapper(what: TrialResult, about: str = "rounds x") -> AnswerResult:
    source = "def f(x): ...\n\n\nright = f\n"
    return Answer(
        "f", "x", source, "behaviour", about, original="def f(x): ...\n", example="f(3)"
    ), what


def test_behavioural_mutants_that_are_killed_or_explained_have_no_problem() -> None:
    check = check_behaviours([wrapper(BAD, "clips x"), wrapper(GOOD)], {("f", "rounds x"): "So."})
    assert found(check) == ("1 of 2 killed, 1 explained", ())


def test_a_behavioural_mutant_that_survives_is_told_with_a_call_and_what_it_adds() -> None:
    (problem,) = check_behaviours([wrapper(GOOD)], {}).problems
    assert problem == "f: a mutant survives: it rounds x\nfor example f(3)\nright = f"


def test_a_reason_for_a_behavioural_mutant_that_is_killed_is_to_be_deleted() -> None:
    assert check_behaviours([wrapper(BAD)], {("f", "rounds x"): "So."}).problems == (
        "f: no such mutant survives, delete its entry: rounds x",
    )


def shows(name: str, *outcomes: Outcome) -> TrialResult:
    return came_to(*outcomes, diagnoses=(Diagnosis(name, {}),))


def test_misconceptions_that_are_recognised_have_no_problem() -> None:
    wrong = [(answer("a"), shows("f__a", came(ONE, "failed")))]
    assert found(check_diagnoses(wrong, [(answer("right"), GOOD)])) == ("1 of 1", ())


def test_a_misconception_may_be_taken_for_one_that_breaks_the_same_laws() -> None:
    wrong = [
        (answer("a"), shows("f__a", came(ONE, "failed"))),
        (answer("b"), shows("f__a", came(ONE, "failed"))),
    ]
    assert found(check_diagnoses(wrong, [])) == ("2 of 2", ())


def test_what_is_not_recognised_or_taken_for_another_is_told() -> None:
    wrong = [
        (answer("a"), shows("f__a", came(ONE, "failed"))),
        (answer("b"), shows("f__a", came(TWO, "failed"))),
        (answer("c"), BAD),
        (answer("d"), shows("f__elsewhere", came(ONE, "failed"))),
    ]
    right = [(answer("right"), shows("f__a", came(ONE)))]
    assert found(check_diagnoses(wrong, right)) == (
        "3 of 4",
        (
            "f__b is taken for f__a",
            "f__c is not recognised",
            "f__d is taken for f__elsewhere",
            "the right answer f__right is taken for f__a",
        ),
    )


# --- what each law is worth ---------------------------------------------------


def test_a_law_is_weighed_by_what_it_catches_and_what_it_catches_alone() -> None:
    assert weigh(LAWS, [BAD, BAD, WORSE, GOOD, OPEN]) == (
        Worth("f", "test_one", 1.0, caught=1, alone=0),
        Worth("f", "test_two", 2.0, caught=4, alone=3),
        Worth("g", "test_other", 1.0, caught=0, alone=0),
    )


def test_laws_of_one_name_in_two_tasks_are_weighed_apart() -> None:
    twin = Law("test_one", "g", 1.0, "Zwilling.")
    weights = weigh([ONE, twin], [came_to(came(twin, "failed"))])
    assert [worth.caught for worth in weights] == [0, 1]


def test_a_law_that_fails_with_two_seeds_catches_one_answer() -> None:
    twice = came_to(came(ONE, "failed"), came(ONE, "failed"), seeds=(1, 2))
    assert weigh([ONE], [twice]) == (Worth("f", "test_one", 1.0, caught=1, alone=1),)


def test_laws_that_all_catch_something_have_no_problem() -> None:
    check = check_worth(weigh([ONE, TWO], [BAD, WORSE]))
    assert found(check) == ("1 of 2 catch what no other law does", ())


def test_a_law_that_catches_nothing_is_told() -> None:
    check = check_worth(weigh(LAWS, [WORSE]))
    assert found(check) == (
        "0 of 3 catch what no other law does",
        ("g: test_other catches no wrong answer",),
    )


def test_a_law_that_catches_behavioural_mutants_alone_is_of_worth_too() -> None:
    worth = weigh(LAWS, [WORSE], [came_to(came(OTHER, "failed")), came_to(came(OTHER))])
    assert worth[2] == Worth("g", "test_other", 1.0, caught=0, alone=0, subtle=1)
    assert not check_worth(worth).problems


def runs(law: Law, pattern: str) -> list[Outcome]:
    """An outcome a seed: x where the law failed, ? where it could not be judged."""
    states: dict[str, Status] = {"x": "failed", ".": "passed", "?": "not graded"}
    return [came(law, states[sign]) for sign in pattern]


@pytest.mark.parametrize(
    ("patterns", "caught"),
    [
        (["....", "...."], 0),
        (["x...", "...."], 1),
        (["x...", "x..."], 1),
        (["x..x", ".x.."], 3),
        (["xxxx", "...."], 4),
        (["?...", "...x"], 1),
        (["x...", "."], 1),
        (["....", "x"], 4),
        (["x...", "x"], 4),
        ([".", "x"], 4),
        ([".", "?"], 0),
        ([], 0),
    ],
)
def test_the_power_is_in_how_many_runs_a_law_of_them_failed(
    patterns: list[str], caught: int
) -> None:
    outcomes = [o for law, pattern in zip(LAWS, patterns) for o in runs(law, pattern)]
    power = measure_power(answer("rare"), came_to(*outcomes, seeds=(1, 2, 3, 4)))
    assert power == Power("f__rare", caught, 4)


@pytest.mark.parametrize(("patterns", "caught"), [(["x", "."], 1), ([".", "."], 0)])
def test_the_power_of_one_run_is_whether_it_failed(patterns: list[str], caught: int) -> None:
    outcomes = [o for law, pattern in zip(LAWS, patterns) for o in runs(law, pattern)]
    assert measure_power(answer("rare"), came_to(*outcomes)) == Power("f__rare", caught, 1)
