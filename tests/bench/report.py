"""Writes the results: Markdown for docs/performance/reading.md with its plots, and JSON."""
import json

import goals
import plots

GROUPS = {"mount": "Mounting", "tree": "A tree", "random": "Random reads of one large file",
          "sequential": "One large file in order", "programs": "Programs, through mmap"}
WEIGHED = tuple(group for group in GROUPS if group != "mount")  # mounting is too short
REFERENCES = ("squashfs", "source")
NONE = "–"
PAGES = "performance"  # the folder of the Markdown and its plots


class Report:
    """A finished benchmark, as documents below one directory."""

    def __init__(self, machine, parameters, datasets, runner):
        self._machine = machine
        self._parameters = parameters
        self._datasets = datasets
        self._workloads = runner.workloads
        self._candidates = runner.candidates
        self._results = runner.results
        self._images = runner.builder.made()
        self._plots = self._draw()

    def write(self, directory):
        """Writes results.json, goals.md, the page and its plots; returns their paths."""
        documents = {"results.json": self._json(), f"{PAGES}/reading.md": self._markdown(),
                     "goals.md": goals.markdown(self._results)}
        for key, svg in self._plots.items():
            documents[f"{PAGES}/{key}.svg"] = svg
        (directory / PAGES).mkdir(exist_ok=True)
        for old in (directory / PAGES).glob("*.svg"):
            old.unlink()
        for name, content in documents.items():
            (directory / name).write_text(content)
        return [directory / name for name in documents]

    def _json(self):
        images = [{"format": image_format, "dataset": dataset, "bytes": image.size_bytes,
                   "settings": image.settings, "build_seconds": image.build_seconds}
                  for (image_format, dataset), image in self._images.items()]
        return json.dumps({"machine": self._machine, "parameters": self._parameters,
                           "images": images, **self._results.as_json()}, indent=1) + "\n"

    def _markdown(self):
        parts = ["# Reading", self._how(), self._machine_list(), self._image_table()]
        for group, title in GROUPS.items():
            lines = self._lines(group)
            if not lines:
                continue
            parts += [f"## {title}", self._table(lines, self._value)]
            if any(self._has(lines, reference) for reference in REFERENCES):
                parts += ["As multiples of kernel squashfs's / of the source's:",
                          self._table(lines, self._ratios)]
            parts += [f"![{title}]({key}.svg)" for key in self._plots
                      if key.partition("-")[0] == group]
        parts += ["## Processor time and memory", self._weight_text(),
                  self._table(self._lines(*WEIGHED), self._weight)]
        if "memory" in self._plots:
            parts.append("![Memory](memory.svg)")
        parts += self._failure_list()
        return "\n\n".join(parts) + "\n"

    def _how(self):
        parameters = self._parameters
        cold = ("All caches are dropped before a cold run." if parameters["drop_caches"] else
                "The image file itself is in the page cache then.")
        return (
            "Measured with `tests/bench/read_bench.py`.\n"
            "Figures are medians; the least and the most are in parentheses.\n"
            f"Repeats: {parameters['repeats']}, with five mounts in each for mounting.\n"
            "Candidates alternate within a repeat.\n\n"
            "- *Cold* is the first run on a fresh mount.\n"
            f"  {cold}\n"
            "- *Warm* is the same once more.\n"
            "- The source is not mounted but read in place, uncompressed.\n"
            "  Its cold runs follow a drop of all caches, so they read from the disk.")

    def _machine_list(self):
        machine = self._machine
        versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items()
                             if version != "not found")
        return "\n".join([
            f"- Machine: {machine['processor']}, {machine['processors']} processors, "
            f"{machine['memory_gib']} GiB; {machine['system']}, kernel {machine['kernel']}. "
            f"Load at the start: {machine['load_at_start']:.2f}. {machine['date']}.",
            f"- This kernel's squashfs: {machine['kernel_squashfs']}.",
            f"- The source lies on {machine['source_filesystem']}.",
            f"- Programs: {versions}."])

    def _image_table(self):
        lines = ["| data | files | MB | image | MB | settings | made in |",
                 "|---|--:|--:|---|--:|---|--:|"]
        for (image_format, name), image in self._images.items():
            dataset = self._datasets[name]
            took = NONE if image.build_seconds is None else f"{image.build_seconds:.0f} s"
            lines.append(f"| {name} | {dataset.count():,} | {dataset.total_bytes() / 1e6:,.1f} "
                         f"| {image_format} | {image.size_bytes / 1e6:,.1f} | {image.settings} "
                         f"| {took} |")
        return "\n".join(lines)

    def _lines(self, *groups):
        """The rows of tables: (workload, state), in order."""
        return [(workload, state) for workload in self._workloads if workload.group in groups
                for state in workload.states]

    def _has(self, lines, candidate):
        return any(self._results.spread(workload.name, state, candidate)
                   for workload, state in lines)

    def _table(self, lines, cell):
        """A table of `lines` by candidates, without candidates that would have an empty column."""
        rows = [(f"{workload.title}, {state}" if len(workload.states) > 1 else workload.title,
                 workload, state) for workload, state in lines]
        columns = [who for who in self._candidates
                   if any(cell(workload, state, who) != NONE for _, workload, state in rows)]
        table = ["| | " + " | ".join(who.title for who in columns) + " |",
                 "|---|" + "--:|" * len(columns)]
        for label, workload, state in rows:
            cells = [cell(workload, state, who) for who in columns]
            table.append(f"| {label}{self._unit(workload, cell)} | " + " | ".join(cells) + " |")
        return "\n".join(table)

    def _unit(self, workload, cell):
        return f" ({workload.unit})" if cell == self._value else ""

    def _value(self, workload, state, who):
        spread = self._results.spread(workload.name, state, who.name)
        if spread is None:
            return NONE
        median, least, most = (plots.number(value) for value in
                               (spread.median, spread.least, spread.most))
        return median if least == most else f"{median} ({least}–{most})"

    def _ratios(self, workload, state, who):
        own = self._results.spread(workload.name, state, who.name)
        if own is None:
            return NONE
        others = [self._results.spread(workload.name, state, name) for name in REFERENCES]
        return " / ".join(f"{own.median / other.median:.2f}" if other and other.median else NONE
                          for other in others)

    @staticmethod
    def _weight_text():
        return ("Processor seconds of the daemon (user and system) / of the whole machine, readers\n"
                "and kernel included; then the daemon's peak memory since the mount.\n"
                "Figures are medians.\n"
                "A kernel filesystem has no daemon: compare it by the machine's seconds.")

    def _weight(self, workload, state, who):
        machine = self._results.spread(workload.name, state, who.name, "machine_cpu_seconds")
        if machine is None:
            return NONE
        daemon = self._results.spread(workload.name, state, who.name, "daemon_cpu_seconds")
        if daemon is None:
            return f"{machine.median:.2f} s"
        peak = self._results.spread(workload.name, state, who.name, "daemon_peak_bytes")
        return f"{daemon.median:.2f} / {machine.median:.2f} s; {peak.median / 2**20:.0f} MiB"

    def _failure_list(self):
        if not self._results.failures:
            return []
        lines = [f"- {failure['candidate']}"
                 + (f", {failure['workload']}" if failure["workload"] else "")
                 + f": {failure['reason']}" for failure in self._results.failures]
        return ["## Not measured", "\n".join(lines)]

    def _draw(self):
        """The charts as SVG, by key. A key begins with its group."""
        charts = {}
        for group, title in GROUPS.items():
            for state in ("cold", "warm"):
                units = {workload.unit for workload, of in self._lines(group) if of == state}
                charts |= {f"{group}-{state}": self._chart(f"{title}, {state}", unit, group, state)
                           for unit in units}
        charts["memory"] = self._memory_chart()
        drawn = {key: chart.svg() for key, chart in charts.items()}
        return {key: svg for key, svg in drawn.items() if svg}

    def _chart(self, title, unit, group, state):
        chart = plots.Chart(title, unit, [who.title for who in self._candidates])
        for workload, of in self._lines(group):
            if of == state:
                chart.add_group(workload.title, self._bars(workload, state, "value", 1))
        return chart

    def _memory_chart(self):
        chart = plots.Chart("Peak memory of the daemon", "MiB",
                            [who.title for who in self._candidates])
        for workload, state in self._lines(*GROUPS):
            if state == "cold":
                chart.add_group(workload.title,
                                self._bars(workload, state, "daemon_peak_bytes", 1 / 2**20))
        return chart

    def _bars(self, workload, state, field, factor):
        bars = {}
        for who in self._candidates:
            spread = self._results.spread(workload.name, state, who.name, field)
            if spread is not None:
                bars[who.title] = (spread.median * factor, spread.least * factor,
                                   spread.most * factor)
        return bars
