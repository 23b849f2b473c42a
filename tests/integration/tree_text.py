#!/usr/bin/env python3
"""A tree as text, one line for each entry: tree_text.py DIRECTORY

    path type mode uid gid mtime [nlink=N] [link=FIRST] [size=N] [dev=MAJOR:MINOR] [target="..."]
         [text="..." | sha256=...] [holes=BEGIN-END,...] [xattr="name=value"]...

Lines are sorted by the bytes of their paths. Bytes that are not printable ASCII are escaped as
\\ooo. `link` is the first path of a file that has several; only that line has its data. Short and
legible contents are shown as `text`. Directories have no size or link count, since those depend on
the filesystem. Shares no code with zvfs.
"""
import base64
import hashlib
import json
import os
import re
import stat
import sys

import tree_compare

TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFLNK: "symlink", stat.S_IFIFO: "fifo",
         stat.S_IFCHR: "char", stat.S_IFBLK: "block", stat.S_IFSOCK: "socket"}
# Their names in the lines of `zvfs ls --json`.
JSON_TYPES = {"file": "file", "directory": "dir", "symlink": "symlink", "fifo": "fifo",
              "character device": "char", "block device": "block", "socket": "socket"}
LONGEST_TEXT = 100
LARGE = 1 << 30  # above it, only the contents between the holes count
FIELD = re.compile(r'[^\s"]*"(?:[^"\\]|\\.)*"|\S+')
COLUMNS = ("path", "type", "mode", "uid", "gid", "mtime")


def escape(data):
    escapes = {0x0a: "\\n", 0x22: '\\"', 0x5c: "\\\\"}
    return "".join(escapes.get(byte) or (chr(byte) if 0x20 <= byte < 0x7f else f"\\{byte:03o}")
                   for byte in data)


def quoted(data):
    return f'"{escape(data)}"'


def unescaped(text):
    """The bytes of which quoted() or path_text() made `text`."""
    escapes = {"n": b"\n", '"': b'"', "\\": b"\\"}
    inner = text[1:-1] if text.startswith('"') else text
    parts = re.split(r"\\(n|\"|\\|[0-7]{3})", inner)
    return b"".join(part.encode() if i % 2 == 0 else escapes.get(part) or bytes([int(part, 8)])
                    for i, part in enumerate(parts))


def path_text(path):
    text = escape(path)
    return quoted(path) if " " in text or "\\" in text or text.startswith("#") else text


def time_text(nanoseconds):
    seconds, rest = divmod(abs(nanoseconds), 10**9)
    return f"{'-' if nanoseconds < 0 else ''}{seconds}.{rest:09}"


def content_fields(data):
    if not data:
        return {}
    if len(data) <= LONGEST_TEXT and all(0x20 <= byte < 0x7f or byte == 0x0a for byte in data):
        return {"text": quoted(data)}
    return {"sha256": hashlib.sha256(data).hexdigest()}


def holes(runs, size):
    ends = [0] + [end for _, end in runs]
    begins = [begin for begin, _ in runs] + [size]
    return ",".join(f"{end}-{begin}" for end, begin in zip(ends, begins) if end < begin)


def file_fields(tree, path, size):
    with open(tree.open(path), "rb") as file:
        runs = tree_compare.data_map(file.fileno(), size)
        missing = holes(runs, size)
        if size <= LARGE:
            runs = [(0, size)]
        fields = content_fields(b"".join(os.pread(file.fileno(), end - begin, begin) for begin, end in runs))
    return fields | ({"holes": missing} if missing else {})


def entry_fields(tree, path, facts):
    """The fields of an entry, in the order of a line; values are text."""
    kind = TYPES[facts["type"]]
    fields = {"path": path_text(path), "type": kind, "mode": f"{facts['mode']:04o}",
              "uid": str(facts["uid"]), "gid": str(facts["gid"]), "mtime": time_text(facts["mtime_ns"])}
    if facts.get("nlink", 1) > 1:
        fields["nlink"] = str(facts["nlink"])
    if facts.get("links", path) != path:
        fields["link"] = path_text(facts["links"])
        return fields
    if kind == "file":
        fields |= {"size": str(facts["size"])} | file_fields(tree, path, facts["size"])
    if kind in ("char", "block"):
        fields["dev"] = "{}:{}".format(*facts["rdev"])
    if kind == "symlink":
        fields["target"] = quoted(facts["target"])
    return fields | xattr_fields(facts["xattrs"])


def xattr_fields(xattrs):
    """Keys are unique; in the text they are all called xattr."""
    return {f"xattr:{escape(name)}": quoted(name + b"=" + value)
            for name, value in sorted((os.fsencode(name), value) for name, value in xattrs.items())}


def line_of(fields):
    words = [fields[name] for name in COLUMNS]
    words += [f"{name.partition(':')[0]}={value}" for name, value in fields.items() if name not in COLUMNS]
    return " ".join(words)


def fields_of(line):
    """The fields of a line that line_of() wrote."""
    words = FIELD.findall(line)
    fields = dict(zip(COLUMNS, words))
    for word in words[len(COLUMNS):]:
        name, _, value = word.partition("=")
        fields[name if name != "xattr" else f"xattr:{value[1:].partition('=')[0]}"] = value
    return fields


def read_lines(path):
    """The lines of a .tree file; those that begin with # are comments."""
    return [line for line in path.read_text("ascii").splitlines() if not line.startswith("#")]


def describe(root, rules=tree_compare.Rules()):
    """The lines of the directory `root` and of everything below it."""
    with tree_compare.Tree(os.fsencode(root), rules) as tree:
        entries = {path.rstrip(b"/"): facts for path, facts in tree.entries.items()}
        return [line_of(entry_fields(tree, path, facts)) for path, facts in sorted(entries.items())]


def json_bytes(entry, name):
    encoded = entry.get(f"{name}_base64")
    return base64.b64decode(encoded) if encoded else entry[name].encode()


def describe_json(listing):
    """The lines for the output of `zvfs ls -R --json`, which has neither the root nor contents."""
    entries = {json_bytes(entry, "path"): entry
               for entry in (json.loads(line) for line in listing.decode(errors="replace").splitlines())}
    first = {}
    lines = []
    for path, entry in sorted(entries.items()):
        kind = JSON_TYPES[entry["type"]]
        fields = {"path": path_text(path), "type": kind, "mode": entry["mode"],
                  "uid": str(entry["uid"]), "gid": str(entry["gid"]),
                  "mtime": time_text(entry["mtime"] * 10**9 + entry["mtime_ns"])}
        if kind != "dir" and entry["nlink"] > 1:
            fields["nlink"] = str(entry["nlink"])
        leader = path if kind == "dir" else first.setdefault(entry["inode"], path)
        fields |= {"link": path_text(leader)} if leader != path else json_fields(entry, kind)
        lines.append(line_of(fields))
    return lines


def json_fields(entry, kind):
    fields = {"size": str(entry["size"])} if kind == "file" else {}
    if kind in ("char", "block"):
        fields["dev"] = f"{entry['major']}:{entry['minor']}"
    if kind == "symlink":
        fields["target"] = quoted(json_bytes(entry, "target"))
    xattrs = {os.fsdecode(json_bytes(xattr, "name")): base64.b64decode(xattr["value_base64"])
              for xattr in entry.get("xattrs", ())}
    return fields | xattr_fields(xattrs)


if __name__ == "__main__":
    print("\n".join(describe(sys.argv[1])))
