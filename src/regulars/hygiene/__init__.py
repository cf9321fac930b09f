"""What keeps a line from models, and why: rules that mark lines and never delete one.

Every mark follows from the lines as they were written and the rules in force, so a rule can be switched off and on
again. No mark of a line depends on what was bought on a later day: a ledger cut at ``as_of`` marks what is left alike.
"""

from regulars.hygiene.marks import Context, mark
from regulars.hygiene.rules import MARKS, RULES, SWITCHES, Rules, Switch
from regulars.hygiene.spelling import respelt

__all__ = ["MARKS", "RULES", "SWITCHES", "Context", "Rules", "Switch", "mark", "respelt"]
