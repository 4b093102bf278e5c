"""Every sentence of the engine that a student reads, in German and in English.

A sentence is a `Message`, a key of the catalogue with what fills its gaps, or a
plain string that is shown as it is (a value, or a sentence of the course).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["de", "en"]


@dataclass(frozen=True, slots=True)
class Message:
    """A key of the catalogue, and what fills its gaps: texts, or messages in the same language."""

    key: str
    data: dict[str, str | Message]

    @staticmethod
    def of(key: str, **data: str | Message) -> Message:
        """A message by keyword: `Message.of("vector", size="3")`."""
        return Message(key, data)


Sentence = str | Message


def render(sentence: Sentence, language: Language) -> str:
    """The sentence in `language`."""
    if isinstance(sentence, str):
        return sentence
    gaps = {name: render(value, language) for name, value in sentence.data.items()}
    return CATALOGUE[language][sentence.key].format_map(gaps)


GERMAN = {
    # what came back
    "raised": "{kind}: {text}",
    "raised_silently": "{kind}",
    "missing": "`{name}` gibt es in deinem Notebook an dieser Stelle nicht.",
    "not_callable": "`{name}` ist keine Funktion, sondern: {kind}",
    "timed_out": "keine Antwort nach {seconds} Sekunden",
    "died": "Der Python-Prozess wurde während dieses Aufrufs beendet.",
    "kernel_died": "Das Notebook lief nicht bis hierher: {cause}",
    "cause_memory": "Es wurde mehr Speicher gebraucht als erlaubt ({mib} MiB).",
    "cause_processes": "Es liefen mehr Prozesse als erlaubt ({processes}).",
    "cause_cell_seconds": "Eine Zelle ließ sich nach {seconds} Sekunden nicht abbrechen.",
    "cause_interrupted": "Sie lief länger als {seconds} Sekunden.",
    "cause_cells_seconds": "Die Zellen liefen zusammen länger als {seconds} Sekunden.",
    "cause_ended": "Eine Zelle hat den Python-Prozess beendet.",
    "cause_message": "Der Kernel schickte etwas, das kein Kernel schickt.",
    "cell_left_out": "[Diese Zelle wurde beim Bewerten abgebrochen: {cause}]",
    "output_cut": "[Ausgabe gekürzt: höchstens {outputs} Ausgaben und {bytes} Bytes je Zelle]",
    "output_cut_all": "[Ausgabe gekürzt: höchstens {outputs} Ausgaben und {bytes} Bytes im "
    "ganzen Notebook]",
    "unreadable": "ein Wert, der sich nicht prüfen lässt: {kind}",
    "too_large": "ein Wert, der zu groß ist (mehr als {bytes} Bytes)",
    "changed": "Nach dem Aufruf waren die Argumente: {arguments}",
    "flaky": "mal dies, mal das: Bei denselben Argumenten kommt nicht immer dasselbe heraus.",
    # a submission that nobody can read
    "unread": "Das abgegebene Notebook ließ sich nicht lesen: {cause} "
    "Jemand sieht sich das an, und du verlierst dadurch keine Punkte.",
    "unread_empty": "Die Datei ist leer.",
    "unread_deep": "Die Datei ist zu tief verschachtelt.",
    "unread_no_json": "Die Datei ist kein JSON (Zeile {line}).",
    "unread_no_notebook": "Die Datei ist JSON, aber kein Notebook.",
    "unread_irregular": "{file} ist keine gewöhnliche Datei, sondern ein Link, ein Ordner oder "
    "eine Pipe.",
    "unread_size": "Die Datei ist zu groß: {size} Bytes, erlaubt sind {most}.",
    "unread_text": "Bis zur Zelle {cell} sind es mehr als {most} Zeichen Text und Bilder.",
    "unread_cells": "Das Notebook hat {cells} Zellen, erlaubt sind {most}.",
    "unread_attachments": "Bis zur Zelle {cell} sind es mehr als {most} eingefügte Bilder.",
    "unread_memory": "Um die Datei zu lesen, sind mehr als {mib} MiB Speicher nötig.",
    "unread_time": "Um die Datei zu lesen, sind mehr als {seconds} Sekunden nötig.",
    "unread_several": "Es liegen mehrere Notebooks da ({files}), aber keines heißt {wanted}.",
    "unread_none": "Es liegt kein Notebook da. Gefunden: {files}",
    # what was expected
    "numbers": "Zahlen",
    "number": "eine Zahl",
    "index": "eine ganze Zahl als Index",
    "vector": "Zahlen in der Form ({size},)",
    "shape": "die Form {shape}",
    "array_f": "ein NumPy-Array aus float64 mit der Form ({size},)",
    "array_i": "ein NumPy-Array aus ganzen Zahlen mit der Form ({size},)",
    "pair": "ein Tupel aus zwei Werten",
    "value_error": "die Funktion löst ValueError aus",
    "unchanged": "Die Argumente bleiben, wie sie waren.",
    # feedback on a task
    "points_of": "{earned} von {points}",
    "points": "Punkte",
    "points_so_far": "Punkte bisher",
    "law_passed": "erfüllt",
    "law_failed": "nicht erfüllt",
    "law_follow_on": "Folgefehler",
    "law_details": "Beispiel und Tipp",
    "same_case": "Dasselbe Beispiel wie oben zeigt das.",
    "law_untried": "noch nicht prüfbar",
    "untried": "Das lässt sich erst prüfen, wenn die Funktion sonst brauchbare Werte liefert.",
    "and": "und",
    "follow_on": "Mit einem richtigen {names} stimmt das: Der Fehler liegt dort, nicht hier.",
    "law_not_graded": "noch offen",
    "call": "Ausprobiert",
    "found": "Das kam heraus",
    "expected": "Erwartet",
    "chart_both": "Als Balken",
    "chart": "Balken für jede Stelle.",
    "chart_row": "[{place}]: bei dir {yours}, erwartet {expected}",
    "chart_yours": "bei dir",
    "chart_expected": "erwartet",
    "hint": "Tipp",
    "misconception": "Das sieht nach einem bekannten Irrtum aus",
    # why all of a task failed
    "why": "Woran es liegt",
    "why_none": "`{name}` gibt nichts zurück, also `None`. Fehlt ein `return`?",
    "why_printed": "`{name}` gibt nichts zurück, also `None`: `print` zeigt einen Wert nur an, "
    "erst `return` gibt ihn zurück.",
    "why_slow": "`{name}` wird nicht rechtzeitig fertig.",
    "why_unwritten": "`{name}` ist noch nicht geschrieben: `NotImplementedError` aus der Vorlage "
    "steht noch da.",
    "why_begun": "Die Zelle endet mit `NotImplementedError` aus der Vorlage: Sie ist noch nicht "
    "fertig.",
    "why_module": "Die Zelle endet an einem `import`: `{module}` gibt es beim Bewerten nicht.",
    "why_line": "Die Zelle endet mit {kind} in Zeile {line}. Darum ist nichts aus ihr definiert.",
    "why_ended": "Die Zelle endet mit einem Fehler, bevor alles definiert ist: {kind}: {text}",
    "why_similar": "`{name}` ist nicht definiert, aber `{other}`. Groß- und Kleinschreibung und "
    "jeder Strich zählen.",
    "law_open": "Hier ist uns die Prüfung misslungen, nicht dir. Jemand sieht sich das an, "
    "und du verlierst dadurch keine Punkte.",
    "task_open": "Diese Aufgabe ließ sich nicht automatisch bewerten. Jemand sieht sie sich an, "
    "und du verlierst dadurch keine Punkte.",
    # the page of a submission
    "page_title": "Rückmeldung zu {title}",
    "page_student": "für {student}",
    "page_total": "Punkte insgesamt",
    "page_pending": "Noch nicht vergeben: bis zu {points}",
    "page_penalty": "Abzug für die verspätete Abgabe",
    "page_tasks": "Deine Aufgaben",
    "page_task": "Aufgabe",
    "page_state": "Stand",
    "page_sum": "Summe",
    "page_notebook": "Dein Notebook",
    "page_plain": "Dein Notebook ließ sich nicht in der vorgesehenen Zeit setzen. Es steht hier "
    "ohne Farben, Formeln und Tabellen; auf die Punkte hat das keinen Einfluss.",
    "page_top": "Zur Übersicht",
    "page_checks": "Prüfung",
    "page_answer": "Deine Antwort",
    "page_comment": "Kommentar",
    "page_image": "Abbildung aus dieser Zelle",
    "page_no_response": "Du hast hier nichts geändert.",
    "page_empty": "Hier steht nichts.",
    "page_no_checks": "Zu dieser Aufgabe gibt es keine einzelnen Prüfergebnisse.",
    "state_full": "alles erfüllt",
    "state_follow_on": "bis auf Folgefehler erfüllt",
    "state_partial": "zum Teil erfüllt",
    "state_none": "nicht erfüllt",
    "state_graded": "bewertet",
    "state_manual": "von Hand bewertet",
    "state_review": "wird noch einmal angesehen",
    "state_pending": "noch nicht bewertet",
    "state_not_graded": "wird noch angesehen",
    # in place of an output
    "text_cut": "[gekürzt: Diese Ausgabe ist länger als {limit} Zeichen.]",
    "output_too_large": "[nicht gezeigt, weil zu groß: {kind}]",
    "output_unknown": "[nicht gezeigt, weil nur im Notebook darstellbar: {kind}]",
    "output_odd": "[nicht gezeigt: eine Ausgabe in unbekannter Form]",
}

ENGLISH = {
    "raised": "{kind}: {text}",
    "raised_silently": "{kind}",
    "missing": "Your notebook defines no `{name}` up to this point.",
    "not_callable": "`{name}` is not a function but: {kind}",
    "timed_out": "no answer after {seconds} seconds",
    "died": "The Python process ended during this call.",
    "kernel_died": "The notebook did not run up to this point: {cause}",
    "cause_memory": "More memory was used than allowed ({mib} MiB).",
    "cause_processes": "More processes were running than allowed ({processes}).",
    "cause_cell_seconds": "A cell could not be interrupted after {seconds} seconds.",
    "cause_interrupted": "It ran longer than {seconds} seconds.",
    "cause_cells_seconds": "All cells together ran longer than {seconds} seconds.",
    "cause_ended": "A cell ended the Python process.",
    "cause_message": "The kernel sent something that no kernel sends.",
    "cell_left_out": "[This cell was stopped when grading: {cause}]",
    "output_cut": "[Output cut: at most {outputs} outputs and {bytes} bytes a cell]",
    "output_cut_all": "[Output cut: at most {outputs} outputs and {bytes} bytes a notebook]",
    "unreadable": "a value that cannot be checked: {kind}",
    "too_large": "a value that is too large (more than {bytes} bytes)",
    "changed": "After the call the arguments were: {arguments}",
    "flaky": "now this, now that: the same arguments do not always give the same result.",
    "unread": "The notebook that was handed in can't be read: {cause} "
    "Somebody will look at it, and you lose no points by it.",
    "unread_empty": "The file is empty.",
    "unread_deep": "The file is nested too deeply.",
    "unread_no_json": "The file is no JSON (line {line}).",
    "unread_no_notebook": "The file is JSON, but no notebook.",
    "unread_irregular": "{file} is no regular file but a link, a folder or a pipe.",
    "unread_size": "The file is larger than limit submission_bytes: {size} bytes, not {most}.",
    "unread_text": "Up to cell {cell} there is more text than limit text_bytes ({most}).",
    "unread_cells": "The notebook has {cells} cells, more than limit cells ({most}).",
    "unread_attachments": "Up to cell {cell} there are more attachments than limit attachments "
    "({most}).",
    "unread_memory": "Reading the file takes more memory than limit grading_bytes ({mib} MiB).",
    "unread_time": "Reading the file takes longer than limit reading_seconds ({seconds}).",
    "unread_several": "There are several notebooks ({files}), and none is named {wanted}.",
    "unread_none": "There is no notebook. Found: {files}",
    "numbers": "numbers",
    "number": "a number",
    "index": "an integer as the index",
    "vector": "numbers of shape ({size},)",
    "shape": "the shape {shape}",
    "array_f": "a NumPy array of float64 with shape ({size},)",
    "array_i": "a NumPy array of integers with shape ({size},)",
    "pair": "a tuple of two values",
    "value_error": "the function raises ValueError",
    "unchanged": "The arguments stay as they were.",
    "points_of": "{earned} of {points}",
    "points": "Points",
    "points_so_far": "Points so far",
    "law_passed": "holds",
    "law_failed": "does not hold",
    "law_follow_on": "follow-on error",
    "law_details": "Example and hint",
    "same_case": "The same example as above shows it.",
    "law_untried": "can't be tried yet",
    "untried": "This can be tried only when the function gives usable values otherwise.",
    "and": "and",
    "follow_on": "With a right {names} this holds: the mistake is there, not here.",
    "law_not_graded": "open",
    "call": "Tried",
    "found": "What came back",
    "expected": "Expected",
    "chart_both": "As bars",
    "chart": "Bars for each place.",
    "chart_row": "[{place}]: yours {yours}, expected {expected}",
    "chart_yours": "yours",
    "chart_expected": "expected",
    "hint": "Hint",
    "misconception": "This looks like a known misconception",
    # why all of a task failed
    "why": "The reason",
    "why_none": "`{name}` returns nothing, that is, `None`. Is a `return` missing?",
    "why_printed": "`{name}` returns nothing, that is, `None`: `print` only shows a value, "
    "`return` returns it.",
    "why_slow": "`{name}` does not finish in time.",
    "why_unwritten": "`{name}` is not written yet: the `NotImplementedError` of the stub is still "
    "there.",
    "why_begun": "The cell ends with the stub's `NotImplementedError`: it is not finished yet.",
    "why_module": "The cell ends at an `import`: there is no `{module}` where it is graded.",
    "why_line": "The cell ends with {kind} in line {line}. So nothing in it is defined.",
    "why_ended": "The cell ends with an error before all is defined: {kind}: {text}",
    "why_similar": "`{name}` is not defined, but `{other}` is. Upper and lower case and every "
    "underscore count.",
    "law_open": "Our check failed here, not you. A person will look at it, "
    "and it costs you no points.",
    "task_open": "This task could not be graded automatically. A person will look at it, "
    "and it costs you no points.",
    "page_title": "Feedback on {title}",
    "page_student": "for {student}",
    "page_total": "Points in total",
    "page_pending": "Not given yet: up to {points}",
    "page_penalty": "Penalty for handing in late",
    "page_tasks": "Your tasks",
    "page_task": "Task",
    "page_state": "State",
    "page_sum": "Sum",
    "page_notebook": "Your notebook",
    "page_plain": "Your notebook could not be laid out in the time given. It is shown here "
    "without colours, formulas and tables; this has no influence on your points.",
    "page_top": "To the overview",
    "page_checks": "Checks",
    "page_answer": "Your answer",
    "page_comment": "Comment",
    "page_image": "Figure from this cell",
    "page_no_response": "You changed nothing here.",
    "page_empty": "There is nothing here.",
    "page_no_checks": "There are no results of single checks for this task.",
    "state_full": "everything holds",
    "state_follow_on": "holds, but for follow-on errors",
    "state_partial": "holds in part",
    "state_none": "does not hold",
    "state_graded": "graded",
    "state_manual": "graded by hand",
    "state_review": "will be looked at again",
    "state_pending": "not graded yet",
    "state_not_graded": "will be looked at",
    "text_cut": "[cut: this output is longer than {limit} characters.]",
    "output_too_large": "[not shown, too large: {kind}]",
    "output_unknown": "[not shown, only a notebook can display it: {kind}]",
    "output_odd": "[not shown: an output of unknown form]",
}

CATALOGUE: dict[Language, dict[str, str]] = {"de": GERMAN, "en": ENGLISH}
