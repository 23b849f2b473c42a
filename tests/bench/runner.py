"""The measuring loop: repeats every workload on every candidate in turn."""
import contextlib
import dataclasses
import pathlib
import time

import candidates
import measure
import workloads


@dataclasses.dataclass
class Runner:
    """Measures `workloads` on `candidates`, and stores the results in `results`."""
    candidates: list
    workloads: list
    datasets: dict
    builder: object  # images.Builder
    tools: object  # tools.Tools
    results: object  # results.Results
    scratch: pathlib.Path
    repeats: int
    drops_caches: bool

    def run(self):
        """Candidates alternate within a repeat, so that other load on the machine affects all of
        them."""
        start = time.monotonic()
        self._leave_out_workloads()
        self._prepare()
        total = len(self.workloads) * self.repeats
        for number, workload in enumerate(self.workloads):
            for repeat in range(self.repeats):
                print(f"[{number * self.repeats + repeat + 1}/{total}, "
                      f"{time.monotonic() - start:.0f} s] {workload.title}, "
                      f"repeat {repeat + 1} of {self.repeats}", flush=True)
                for who in self._takers(workload):
                    with self._noting(who, [workload]):
                        for _ in range(workload.mounts):
                            self._measure(who, workload)

    def _leave_out_workloads(self):
        """Leaves out workloads whose own programs are missing, since no candidate can be
        measured."""
        for workload in self.workloads:
            missing = [name for name in workload.programs if self.tools.path(name) is None]
            if missing:
                reason = f"not installed: {' '.join(missing)}"
                print(f"  {workload.title}: {reason}", flush=True)
                self.results.add_failure("all", workload.name, reason)
        self.workloads = [workload for workload in self.workloads
                          if not self.results.has_failed("all", workload.name)]

    def _takers(self, workload):
        """The candidates of a workload."""
        is_mounting = workload.function is None
        return [who for who in self.candidates
                if not self.results.has_failed(who.name, workload.name)
                and (who.tool is not None if is_mounting else not who.is_empty)]

    def _prepare(self):
        """Makes all images, and checks each once: its mount must show the source's data."""
        for dataset in self.datasets.values():
            concerned = [workload for workload in self.workloads
                         if workload.dataset == dataset.name]
            for who in self.candidates:
                if who.format is not None and concerned:
                    print(f"image and check: {dataset.name}, {who.title}", flush=True)
                    with self._noting(who, concerned):
                        with self._mounted(who, dataset) as mount:
                            dataset.check(mount.point)

    @contextlib.contextmanager
    def _noting(self, who, concerned):
        """Reports a failure, and skips the workloads concerned for this candidate."""
        try:
            yield
        except (measure.BenchError, OSError) as error:
            print(f"  {who.title}: {error}", flush=True)
            for workload in concerned:
                self.results.add_failure(who.name, workload.name, str(error))

    def _mounted(self, who, dataset):
        image = self._image(who, dataset)
        return candidates.mounted(who, self.tools, image, dataset.directory, self.scratch)

    def _image(self, who, dataset):
        return self.builder.image(who.format, dataset).path if who.format else None

    def _measure(self, who, workload):
        dataset = self.datasets[workload.dataset]
        candidates.make_cold(who, self._image(who, dataset), self.tools, self.drops_caches)
        machine_before = measure.machine_cpu_seconds()
        with self._mounted(who, dataset) as mount:
            if workload.function is None:
                sample = mount_sample(mount, measure.machine_cpu_seconds() - machine_before)
                self._add(workload, "cold", who, sample)
                return
            place = workloads.Place(mount.point, dataset, self.scratch)
            for state in workload.states:
                sample = measure.sample(mount.daemon, lambda: workload.function(place))
                self._add(workload, state, who, sample)

    def _add(self, workload, state, who, sample):
        print(f"  {who.title}, {state}: {sample.value:.4g} {workload.unit}", flush=True)
        self.results.add(workload.name, state, who.name, sample)


def mount_sample(mount, machine_cpu_seconds):
    """The time that mounting took, in milliseconds."""
    milliseconds = mount.mount_seconds * 1000
    if mount.daemon is None:
        return measure.Sample(milliseconds, machine_cpu_seconds)
    return measure.Sample(milliseconds, machine_cpu_seconds, measure.cpu_seconds(mount.daemon),
                          measure.peak_memory_bytes(mount.daemon))
