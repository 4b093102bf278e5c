"""The course's settings: nbgrader reads this file from the course folder."""

from autograder.nbgrader import autograde, generate
from autograder.nbgrader.formgrader import guard_formgrader
from autograder.nbgrader.results import RESULT_SUFFIX

c = get_config()  # noqa: F821 -- nbgrader provides it
autograde.install()  # `nbgrader autograde` grades with autograder.nbgrader.autograde.Autograde
generate.install()  # and `nbgrader generate_feedback` makes several pages at a time

# --- the course ---------------------------------------------------------------
c.CourseDirectory.course_id = "language-models"
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    f"*{RESULT_SUFFIX}",  # what staff read about a grade is not copied into a student's feedback
]

# --- what students get --------------------------------------------------------
c.ClearSolutions.code_stub = {"python": "# DEIN CODE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "DEINE ANTWORT"
# the mark scheme of an answer in words stands in its own cell; nbgrader would have it in task cells
c.ClearMarkScheme.enforce_metadata = False
c.GenerateAssignment.preprocessors = [
    "autograder.nbgrader.points.CheckPoints",  # refuses where cells and hidden tests differ
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearMarkScheme",  # before cells are saved: an untouched answer is one
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# --- how submissions are graded -----------------------------------------------
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader.preprocessors.GradeSubmission",
    "autograder.nbgrader.preprocessors.RecordGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# c.GradeSubmission.workers = 4  # submissions at the same time; 0, the default: one for each core
# c.GradeSubmission.scheduler = "tcp://scheduler.example:8786"  # of a Dask cluster that grades
# c.GradeSubmission.follow_on = "half"  # of the points of what fails for an earlier task alone
# Limits by name, see autograder/model/limits.py, for example:
# c.GradeSubmission.limits = {"cell_seconds": 60, "memory_bytes": 4 * 1024**3}

# --- what students get back ---------------------------------------------------
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "autograder.nbgrader.feedback.PrepareFeedback",
]
c.GenerateFeedback.exporter_class = "autograder.nbgrader.feedback.FeedbackExporter"
# How much of the verdicts students are shown: "points", "laws" (which hold), "calls" (the call that
# breaks one, with a hint) or "all" (what was expected). By "*", "assignment", "assignment/task" or
# "assignment/task/test"; a level, or levels from "start", from "due" (a student's own due date, in
# the gradebook) or from a date on, in c.Exchange.timezone. Where nothing is set:
# c.GenerateFeedback.reveal = {"*": {"start": "calls", "due": "all"}}

# --- nbgrader's exchange: what students put there is read with care --------------------------
c.ExchangeFactory.collect = "autograder.nbgrader.exchange.Collect"
c.ExchangeFactory.list = "autograder.nbgrader.exchange.List"
c.ExchangeFactory.release_feedback = "autograder.nbgrader.exchange.ReleaseFeedback"
# c.Watch.times_a_day = 3  # feedback for a student by `autograder watch`; 0, the default: always

# --- downloads of learning platforms: nbgrader zip_collect next_token --collector=autograder.
# nbgrader.downloads.Moodle, or Canvas, or Ilias; put them into downloaded/next_token/archive ------
c.ZipCollectApp.extractor_plugin = "autograder.nbgrader.archives.Extractor"

# --- what goes to other systems -----------------------------------------------
c.ExportApp.plugin_class = "autograder.nbgrader.export.CsvExport"

# --- what staff sees: the formgrader, whose templates would run what students wrote -----------
guard_formgrader(c)
