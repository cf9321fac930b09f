"""The one folder under which regulars keeps its state."""

import os
from dataclasses import dataclass
from pathlib import Path

from regulars.errors import ConfigError

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "BENTOML_DO_NOT_TRACK": "True",
    "OTEL_SDK_DISABLED": "true",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}
"""Environment that every process of regulars runs with: no telemetry, no unsafe deserialisation."""


OWNER_ONLY = 0o700
"""Rights of a new home: it holds people's names and what they have bought. One that is there keeps its own."""


def quiet() -> None:
    """Switch the telemetry of MLflow, BentoML and OpenTelemetry off, unless the user set it otherwise."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


@dataclass(frozen=True)
class Home:
    """Where ledgers, runs, models, Bentos and the online store live.

    >>> Home(Path("shop")).ledger.as_posix()
    'shop/ledger'
    """

    root: Path
    """``REGULARS_HOME``, or ``.regulars`` in the current folder."""

    @classmethod
    def resolve(cls) -> "Home":
        """Return the home named by ``REGULARS_HOME``, or ``.regulars`` in the current folder."""
        return cls(Path(os.environ.get("REGULARS_HOME") or ".regulars").expanduser().absolute())

    @property
    def ledger(self) -> Path:
        """The ledger used when a command names none."""
        return self.root / "ledger"

    @property
    def mlflow_db(self) -> Path:
        """The SQLite database of MLflow."""
        return self.root / "mlflow.db"

    @property
    def tracking_uri(self) -> str:
        """The tracking and registry address: ``MLFLOW_TRACKING_URI``, or the SQLite database here."""
        return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{self.mlflow_db}"

    @property
    def keeps_runs(self) -> bool:
        """Whether runs are kept in the database here, and not in another one or on a tracking server."""
        return self.tracking_uri == f"sqlite:///{self.mlflow_db}"

    @property
    def artifacts(self) -> Path:
        """The artefacts of MLflow runs, unless they are kept elsewhere; see :attr:`artifacts_uri`."""
        return self.root / "artifacts"

    @property
    def artifacts_uri(self) -> str | None:
        """Where the artefacts of new MLflow experiments go.

        ``REGULARS_ARTIFACTS``, such as ``s3://shop/regulars``, or else the folder here; None for a tracking server,
        which has a place of its own.
        """
        served = self.tracking_uri.startswith(("http://", "https://"))
        return os.environ.get("REGULARS_ARTIFACTS") or (None if served else self.artifacts.absolute().as_uri())

    @property
    def locks(self) -> Path:
        """A file for each experiment that runs, so that nobody runs it at the same time."""
        return self.root / "locks"

    @property
    def fits(self) -> Path:
        """Verdicts of experiments, so that none is fitted twice; safe to delete whenever no command runs."""
        return self.root / "fits"

    @property
    def releases(self) -> Path:
        """What the service answers from: champions, customers and prepared answers, a folder each time they change."""
        return self.root / "releases"

    @property
    def purchases(self) -> Path:
        """The purchases that the service was told of."""
        return self.root / "purchases.sqlite"

    @property
    def keys(self) -> Path:
        """The API keys of the service, of which only digests are kept."""
        return self.root / "keys.json"

    @property
    def bentoml(self) -> Path:
        """The store of built Bentos."""
        return self.root / "bentoml"

    @property
    def current(self) -> Path:
        """The file that names the Bento to serve."""
        return self.root / "current-bento"

    @property
    def staging(self) -> Path:
        """Half-made things; safe to delete whenever no command runs."""
        return self.root / "staging"

    def prepare(self) -> "Home":
        """Create the folders and point the libraries at them; return self.

        Raises:
            ConfigError: the folders cannot be made.
        """
        try:
            for folder in (self.root, self.artifacts, self.bentoml, self.staging, self.locks):
                folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or error
            raise ConfigError(f"cannot write to {self.root} ({reason}); set REGULARS_HOME to another folder") from error
        quiet()
        os.environ["BENTOML_HOME"] = str(self.bentoml)
        os.environ.setdefault("MPLCONFIGDIR", str(self.root / "matplotlib"))
        return self
