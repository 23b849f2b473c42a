"""The results: samples by workload, state and candidate, and failures."""
import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Spread:
    """The median, minimum and maximum of some values."""
    median: float
    least: float
    most: float

    @staticmethod
    def of(values):
        return Spread(statistics.median(values), min(values), max(values))


class Results:
    """Collects samples and failures while the benchmark runs."""

    def __init__(self):
        self._samples = {}
        self._failures = []

    def add(self, workload, state, candidate, sample):
        self._samples.setdefault((workload, state, candidate), []).append(sample)

    def add_failure(self, candidate, workload, reason):
        """`workload` is None if the candidate takes part in no workload."""
        self._failures.append({"candidate": candidate, "workload": workload, "reason": reason})

    def has_failed(self, candidate, workload):
        return any(failure["candidate"] == candidate and failure["workload"] in (None, workload)
                   for failure in self._failures)

    @property
    def failures(self):
        return self._failures

    def spread(self, workload, state, candidate, field="value"):
        """The Spread of a field of the samples, or None without samples or after a failure: a
        figure from fewer repeats than the others must not pass for a full one."""
        if self.has_failed(candidate, workload):
            return None
        samples = self._samples.get((workload, state, candidate), [])
        values = [getattr(sample, field) for sample in samples]
        values = [value for value in values if value is not None]
        return Spread.of(values) if values else None

    def most(self, candidate, field):
        """The maximum of a field over all samples of a candidate, or None without samples."""
        values = [getattr(sample, field) for (_, _, name), samples in self._samples.items()
                  if name == candidate for sample in samples]
        return max((value for value in values if value is not None), default=None)

    def as_json(self):
        measured = [{"workload": workload, "state": state, "candidate": candidate,
                     "samples": [dataclasses.asdict(sample) for sample in samples]}
                    for (workload, state, candidate), samples in self._samples.items()]
        return {"measurements": measured, "failures": self._failures}
