"""A no-op as BentoML's guide writes it: a list of numbers in, a list out, every setting left as it is."""

import os

import bentoml

WORKERS = int(os.environ.get("BENCHMARK_WORKERS", "1"))


@bentoml.service(name="noop", workers=WORKERS)
class Noop:
    """Does nothing."""

    @bentoml.api  # type: ignore[untyped-decorator] # BentoML's
    async def noop(self, row: list[float]) -> list[float]:
        """Return the first number."""
        return row[:1]
