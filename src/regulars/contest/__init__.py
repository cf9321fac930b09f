"""From a model to a champion: fitted as of an instant, held against the champion, registered; or the reason why not.

``reports``   which experiments a promotion goes by
``meeting``   the report in which challenger and champion answered the same questions
``checks``    what speaks for a challenger, check by check, in words
``decision``  what follows from the checks
``promotion`` what became of it
``stage``     fits, decides, promotes
``entered``   all of them for a command
``rehearsal`` what all of them would come to, without promoting
``configured`` how a model was configured when it was promoted, or judged
"""

from regulars.contest.checks import CALIBRATED, COHERENT_WITHIN, Check
from regulars.contest.decision import Decision
from regulars.contest.entered import Entered, entered
from regulars.contest.promotion import BY_RULE, Choice, Promotion, none_answers
from regulars.contest.rehearsal import rehearse
from regulars.contest.reports import Found, newest_reports
from regulars.contest.stage import Contest

__all__ = [
    "BY_RULE",
    "CALIBRATED",
    "COHERENT_WITHIN",
    "Check",
    "Choice",
    "Contest",
    "Decision",
    "Entered",
    "Found",
    "Promotion",
    "entered",
    "newest_reports",
    "none_answers",
    "rehearse",
]
