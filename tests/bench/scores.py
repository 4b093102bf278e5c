"""The points of a graded class, and where two gradings of it differ."""

from __future__ import annotations

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from autograder.course.folder import CONFIG, Course
from tests.kit.courses import Classroom
from tests.kit.submissions import ASSIGNMENT, most_points

Scores = dict[str, dict[str, float | None]]  # by student and task


def read_scores(room: Classroom) -> Scores:
    """What the gradebook holds for each task of each student."""
    config = Course.at(room.root).config() if (room.root / CONFIG).is_file() else None
    directory = CourseDirectory(config=config, root=str(room.root))
    with Gradebook(directory.db_url, directory.course_id) as book:
        return {
            submission.student.id: {
                task: grade.auto_score
                for task in most_points()
                for grade in submission.notebooks[0].grades
                if grade.name == f"test_{task}"
            }
            for submission in book.assignment_submissions(ASSIGNMENT)
        }


def differences(plain: Scores, ours: Scores) -> list[str]:
    """A line for each task of a student in `plain` that `ours` gives other points."""
    return [
        f"{student}, {task}: plain {points}, ours {ours.get(student, {}).get(task)}"
        for student, tasks in sorted(plain.items())
        for task, points in tasks.items()
        if points != ours.get(student, {}).get(task)
    ]
