"""Spark's session: started quietly, on this machine only unless a cluster is named, and stopped again."""

import contextlib
import os
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from regulars.errors import ConfigError, DataError, MissingError
from regulars.scale.local import THREADS

NEEDS_PYSPARK = "Spark is not installed; get it with: make spark, or pip install '.[spark]', and Java 17 or 21"
NEEDS_JAVA = (
    "Spark needs Java 17 or 21 and none was found; install it (Debian: apt-get install openjdk-17-jre-headless) "
    "or set JAVA_HOME"
)
SETTINGS = {
    "spark.app.name": "regulars",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "64",
    "spark.sql.adaptive.enabled": "false",
    **{f"spark.executorEnv.{name}": "1" for name in THREADS},
}
"""Of every session that we start; a task has a core, so its process needs one thread."""
HERE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "512m",
}
"""Where the master is this machine: nothing listens to the network, and Java, which only passes on, stays small."""
_CAUSE = re.compile(
    r"^(: |Caused by: |Exception in thread \S+ |pyspark\.errors\S+: )*([\w.$]*(Error|Exception|Interrupt): )+"
)


@contextlib.contextmanager
def of(master: str) -> Iterator[Any]:
    """Yield the session that is running, or one of our own on ``master``, which is stopped afterwards.

    Raises:
        MissingError: pyspark or Java is not installed.
        ConfigError: Spark does not start, or the master does not answer.
    """
    try:
        from pyspark import SparkContext  # noqa: PLC0415 - an extra, and slow to import
        from pyspark.sql import SparkSession  # noqa: PLC0415 - as above
    except ImportError as error:
        raise MissingError(NEEDS_PYSPARK) from error
    if SparkContext._active_spark_context is not None:
        yield SparkSession.builder.getOrCreate()
        return
    # Another thread starts it: so Ctrl-C, which this one gets, ends the start in order, and pyspark leaves it alone.
    with _quiet(), tempfile.TemporaryDirectory(prefix="regulars-spark-") as folder, ThreadPoolExecutor(1) as talks:
        starting = talks.submit(_start, master, Path(folder))
        try:
            yield starting.result()
        finally:
            talks.submit(_stop, starting).result()


def _stop(starting: "Future[Any]") -> None:
    if starting.exception() is None:
        with gone():
            starting.result().stop()


def gone() -> "contextlib.AbstractContextManager[None]":
    """Let be what cannot be tidied up because Java is gone; why it went has been raised already."""
    return contextlib.suppress(*_errors(), OSError)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep pyspark from announcing that it has not met this pandas: no frame of pandas takes part."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def _start(master: str, folder: Path) -> Any:
    from pyspark import SparkConf, SparkContext  # noqa: PLC0415 - as above
    from pyspark.sql import SparkSession  # noqa: PLC0415

    local = master.startswith("local")
    here = HERE | {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse")}
    conf = SparkConf().setMaster(master).setAll(list((SETTINGS | (here if local else {})).items()))
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        try:
            context = SparkContext(conf=conf, gateway=_java(conf, log))
            spark = SparkSession(context)
        except _errors() as error:
            why = _why(log, error)
            raise ConfigError(f"Spark does not start on {master} ({why}); check --master and Java") from error
    if local:
        context.pythonExec = sys.executable
    return spark


def _java(conf: Any, log: IO[str]) -> Any:
    """Return the door to Java, which stays open until this process ends; what it says goes to ``log``."""
    from pyspark import SparkContext  # noqa: PLC0415 - as above
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415

    if SparkContext._gateway is None and not _has_java():
        raise MissingError(NEEDS_JAVA)
    return SparkContext._gateway or launch_gateway(conf, {"stderr": log})


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin" if home else None) is not None


def _errors() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError  # noqa: PLC0415 - as above
    from pyspark.errors import PySparkException  # noqa: PLC0415

    return PySparkException, Py4JError


def _why(log: IO[str], error: Exception) -> str:
    """Return the line that tells most: an exception's, of Java's last words or of what Spark raised."""
    if "stopped SparkContext" in str(error):
        return "the master does not answer"
    log.seek(0)
    return _sentence(log.read()) or _sentence(str(error)) or type(error).__name__


def _sentence(text: str) -> str:
    told = [line.strip() for line in text.splitlines() if _CAUSE.match(line.strip())]
    return _CAUSE.sub("", told[-1]).rstrip(".")[:200] if told else ""


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Turn what Spark raises into one sentence instead of pages of Java.

    Raises:
        DataError: a worker was lost, or failed in a way that is not its own error.
    """
    try:
        yield
    except OSError as error:
        raise DataError("Spark was lost, most likely for want of memory; give it more, or fewer cores") from error
    except _errors() as error:
        if "No module named 'regulars'" in str(error):
            raise DataError(
                "a Spark worker has no regulars; install the same version of it on every machine of the cluster"
            ) from error
        raise DataError(f"Spark failed: {_sentence(str(error)) or type(error).__name__}") from error
