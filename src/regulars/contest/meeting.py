"""The report in which challenger and champion answered the same questions: the one that is there, or another round."""

from regulars import experiment, report
from regulars.config import Experiment, Variant
from regulars.kept_fits import KeptFits
from regulars.ledger import Ledger
from regulars.report import Report


class OnlyRead(KeptFits):
    """Kept fits that get no more."""

    def keep(self, *_: object) -> None:
        """Keep nothing."""


def meeting(found: Report, challenger: str, champion: str, ledger: Ledger, kept: KeptFits) -> Report:
    """Return a report that compares ``challenger`` with ``champion``.

    It is ``found`` itself where both are its candidates. Otherwise the two meet on its snapshots, with its seeds; what
    is among ``kept`` is not fitted again, so that only the champion is.

    Raises:
        MissingError: the champion is no longer in models/.
        ConfigError: it cannot answer for the horizon of the experiment.
        DataError: it cannot be fitted on one of the snapshots.
    """
    if champion in found["candidates"] and found.get("format") == report.FORMAT:
        return found
    asked = {key: found[key] for key in Experiment.model_fields if key in found}
    same = {
        "name": found["experiment"],
        "baseline": champion,
        "models": (champion, challenger),
        "variants": dict[str, Variant](),
    }
    again = Experiment.model_validate({**asked, **same})
    return report.build(experiment.run(again, ledger, kept=kept), ledger)
