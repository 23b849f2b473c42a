"""What is wrong with a run in which a call has failed."""
import io
import os
import pathlib
import subprocess
import tarfile

import zvfs_tools
from zvfs_tools import run, tool


def members_of(image):
    """The members of an image, by name, as GNU tar would show them."""
    content = run(tool("ZVFS_ZVFS"), "extract", "-q", "--to-tar", "-", image)
    members = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            # Which name of a file has the data depends on which are there.
            is_file = member.isreg() or member.islnk()
            content = archive.extractfile(member).read() if is_file else member.linkname
            members[member.name.removeprefix("./")] = (is_file or member.type, content)
    return members


def is_named(path, messages):
    """True if a message is about `path`, or a directory above it, or a frame with many files."""
    names = (path, *map(os.fspath, pathlib.PurePath(path).parents))
    return "frame" in messages or any(f": {name}: " in messages for name in names)


def image_problem(image, good, messages):
    """An image that is not as it should be must be sound, and messages name what differs."""
    checked = subprocess.run([tool("ZVFS_ZVFS"), "check", image], capture_output=True, check=False)
    if checked.returncode != 0:
        return f"an image is left that `zvfs check` calls {checked.returncode}"
    with zvfs_tools.scratch_directory() as scratch:
        (scratch / "good.zst").write_bytes(good)
        expected = members_of(scratch / "good.zst")
    made = members_of(image)
    named = {expected.get(name) for name in expected if is_named(name, messages)}
    # A file may be named by another name that it has.
    silent = [name for name in expected.keys() | made.keys()
              if made.get(name) != expected.get(name)
              and not (is_named(name, messages) or expected.get(name) in named)]
    return f"an image is left in which {silent} differ without a message" if silent else ""


def tree_problem(made, good, outcome):
    """Of a tree, files may be missing, and attributes; what is there has its content."""
    wrong = [path for path, state in made.items()
             if path not in good or state[:2] != good[path][:2]]
    if wrong:
        return f"wrong in the tree: {wrong}"
    missing = [path for path in good if path not in made]
    silent = [path for path in missing if not is_named(path, outcome.err)]
    if outcome.code == 1 and silent:
        return f"missing without a message: {silent}"
    return ""


def stdout_problem(case, out, good):
    """After a fault, standard output is a beginning ("prefix"), or some of the lines."""
    if case.partial == "prefix" and not good.startswith(out):
        return "standard output is no beginning of what it should be"
    if case.partial == "lines":
        wrong = set(out.split(b"\n")[:-1]) - set(good.split(b"\n"))
        return f"wrong lines: {sorted(wrong)[:3]}" if wrong else ""
    return ""


def problem_of_fault(case, outcome, good, place):
    """What is wrong with a run that reports a fault."""
    # For `zvfs check`, a disk that cannot read an image is a problem of the image.
    is_bad_disk = case.arguments[0] == "check" and b"Input/output error" in outcome.out
    if outcome.code not in case.codes and not (is_bad_disk and outcome.code == 4):
        return f"exit code {outcome.code}"
    if is_bad_disk:
        return ""
    if not outcome.err.strip() and not (case.arguments[0] in ("repair", "verify") and outcome.out):
        return f"exit code {outcome.code} without a message"
    if "terminate called" in outcome.err:
        return "an exception that nobody caught"
    if outcome.made not in (None, good.made):
        if case.output == "image":
            return image_problem(place.out, good.made, outcome.err)
        if case.output == "tree":
            return tree_problem(outcome.made, good.made, outcome)
        return "a wrong file is left"
    return stdout_problem(case, outcome.out, good.out)


def problem_of(case, outcome, good, place):
    """What is wrong with a run, or ""."""
    leftovers = place.leftovers()
    if leftovers:
        return f"left behind: {leftovers}"
    is_good = (outcome.code, outcome.made) == (good.code, good.made)
    if is_good and (outcome.out == good.out or case.partial == "any"):
        return ""
    if outcome.code == 0 and case.program == "mkimage" and outcome.made:
        # What only makes an image smaller, such as a search for similar files, may fail.
        return image_problem(place.out, good.made, "")
    if outcome.code == 0:
        return "success with a wrong result"
    return problem_of_fault(case, outcome, good, place)
