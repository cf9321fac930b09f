"""The report in which challenger and champion answered the same questions: the one that is there, or another round."""

from regulars import config, experiment, report
from regulars.config import Experiment, ModelSpec, Variant
from regulars.config.instead import models_instead
from regulars.contest import configured
from regulars.kept_fits import KeptFits
from regulars.ledger import Ledger
from regulars.report import Report


class OnlyRead(KeptFits):
    """Kept fits that get no more."""

    def keep(self, *_: object) -> None:
        """Keep nothing."""


def meeting(
    found: Report, challenger: ModelSpec, champion: str, live: ModelSpec | None, ledger: Ledger, kept: KeptFits
) -> Report:
    """Return a report that compares ``challenger`` with ``champion``.

    It is ``found`` itself where both are its candidates. Otherwise the two meet on its snapshots, with its seeds; what
    is among ``kept`` is not fitted again, so that only the champion is.

    Args:
        found: the challenger's experiment.
        challenger: as models/ has it.
        champion: its name.
        live: the champion as it was promoted; None where that is not known, and it is asked as models/ has it.
        ledger: the shop.
        kept: fits that are there.

    Raises:
        MissingError: the champion is no longer in models/, and it is not known how it was promoted.
        ConfigError: it cannot answer for the horizon of the experiment.
        DataError: it cannot be fitted on one of the snapshots.
    """
    there = champion in found["candidates"] if live is None else configured.judged(found, live)
    if there and found.get("format") == report.FORMAT:
        return found
    asked = {key: found[key] for key in Experiment.model_fields if key in found}
    same = {
        "name": found["experiment"],
        "baseline": champion,
        "models": (champion, challenger.name),
        "variants": dict[str, Variant](),
    }
    again = Experiment.model_validate({**asked, **same})
    with models_instead([live or config.read_model(champion), challenger]):
        return report.build(experiment.run(again, ledger, kept=kept), ledger)
