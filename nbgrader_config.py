"""The course's settings: nbgrader reads this file from the course folder."""

c = get_config()  # noqa: F821 -- nbgrader provides it

# --- the course ---------------------------------------------------------------
c.CourseDirectory.course_id = "language-models"
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "*.result.json",  # what staff read about a grade is not copied into a student's feedback
]

# --- what students get --------------------------------------------------------
c.ClearSolutions.code_stub = {"python": "# DEIN CODE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "DEINE ANTWORT"
c.GenerateAssignment.preprocessors = [
    "autograder.release.CheckPoints",  # refuses where cells and hidden tests differ
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# --- how submissions are graded -----------------------------------------------
c.Autograde.sanitize_preprocessors = [
    "autograder.preprocessors.RestoreSubmission",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.preprocessors.GradeSubmission",
    "autograder.preprocessors.RecordGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# Limits by name, see autograder/limits.py, for example:
# c.GradeSubmission.limits = {"cell_seconds": 60, "memory_bytes": 4 * 1024**3}

# --- what students get back ---------------------------------------------------
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "autograder.page.PrepareFeedback",
]
c.GenerateFeedback.exporter_class = "autograder.page.FeedbackExporter"
# the formgrader shows students' Markdown too: without this filter its scripts would run there
c.HTMLExporter.filters = {"markdown2html": "autograder.markup.markdown2html"}
