"""The goals of zvfs, as bounds on its medians, and how a run meets them."""
import dataclasses

RANDOM = tuple(f"random-4k-{jobs}" for jobs in (1, 2, 8))


@dataclasses.dataclass(frozen=True)
class Goal:
    """At most (or, with `at_least`, at least) `bound` times the value of the reference."""
    workloads: tuple
    state: str
    reference: str
    bound: float
    at_least: bool = False


GOALS = (
    Goal(("tar", "grep"), "cold", "squashfs", 0.6),
    Goal(("tar", "grep"), "cold", "squashfuse_ll", 0.35),
    Goal(("tar", "grep"), "cold", "erofs", 0.85),
    Goal(("find",), "cold", "squashfs", 0.8),
    Goal(("find-2", "tar-2", "grep-2"), "cold", "squashfs", 0.45),
    Goal(("tar", "grep", "find"), "warm", "source", 1.1),
    Goal(RANDOM, "cold", "squashfs", 1.2, at_least=True),
    Goal(RANDOM, "cold", "squashfuse_ll", 1.2, at_least=True),
    Goal(("sequential",), "cold", "squashfs", 1.5, at_least=True),
    Goal(("sequential",), "cold", "squashfuse_ll", 1.5, at_least=True),
)
MOUNT_MARGIN_MS = 10
IDLE_BYTES = 32 << 20
LOADED_BYTES = (64 << 20) + (64 << 20)  # the default cache of mount.zvfs, and 64 MiB


def markdown(results):
    """A table of all goals whose workloads have run."""
    lines = ["| goal | limit | measured | |", "|---|--:|--:|---|"]
    lines += [line(*judged) for goal in GOALS for judged in judge(goal, results)]
    lines += [line(*judged) for judged in judge_mounting(results)]
    most = results.most("zvfs", "daemon_peak_bytes")
    if most is not None:
        lines.append(line("memory, under any load", *memory(most, LOADED_BYTES)))
    return "\n".join(lines) + "\n"


def line(what, limit, measured, is_reached):
    return f"| {what} | {limit} | {measured} | {'reached' if is_reached else '**missed**'} |"


def judge(goal, results):
    for workload in goal.workloads:
        ours = results.spread(workload, goal.state, "zvfs")
        theirs = results.spread(workload, goal.state, goal.reference)
        if ours and theirs:
            ratio = ours.median / theirs.median
            is_reached = ratio >= goal.bound if goal.at_least else ratio <= goal.bound
            limit = f"{'at least' if goal.at_least else 'at most'} {goal.bound}"
            yield (f"{workload}, {goal.state}, to {goal.reference}", limit, f"{ratio:.2f}",
                   is_reached)


def judge_mounting(results):
    for workload in ("mount", "mount-ten"):
        ours = results.spread(workload, "cold", "zvfs")
        empty = results.spread(workload, "cold", "empty")
        if ours and empty:
            more = ours.median - empty.median
            yield (f"{workload}, more than an empty FUSE daemon", f"at most {MOUNT_MARGIN_MS} ms",
                   f"{more:.1f} ms", more <= MOUNT_MARGIN_MS)
        peak = results.spread(workload, "cold", "zvfs", "daemon_peak_bytes")
        if peak:
            yield (f"{workload}, memory when just mounted", *memory(peak.median, IDLE_BYTES))


def memory(measured, limit):
    return (f"at most {limit >> 20} MiB", f"{measured / 2**20:.1f} MiB", measured <= limit)
