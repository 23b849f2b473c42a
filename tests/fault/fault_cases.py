"""The commands that are run with faults, and what they read."""
import dataclasses
import os
import random
import shutil
import tarfile
import zipfile

from zvfs_tools import mkimage, run


@dataclasses.dataclass(frozen=True)
class Case:
    """A command. In its arguments, OUT is what it makes, if anything."""
    program: str
    arguments: tuple
    codes: tuple  # exit codes with which it may report a fault
    output: str = ""  # what OUT is: "image", "tree" or "file"
    partial: str = "lines"  # what standard output may be after a fault: see stdout_problem()

    @property
    def name(self):
        return " ".join((self.program, *self.arguments))


def cases():
    yield Case("mkimage", ("-j3", "tree", "OUT"), (1, 2), "image")
    yield Case("mkimage", ("-j3", "--order=similar", "--dedupe=links", "--order-file=order",
                           "--json=-", "tree", "OUT"), (1, 2), "image", "any")
    for archive in ("tree.tar", "tree.tar.gz", "tree.zip", "image.zst"):
        yield Case("mkimage", ("-j3", archive, "OUT"), (1, 2), "image")
    yield Case("mkimage", ("-j3", "--exclude=noise", "tree.tar", "OUT"), (1, 2), "image")
    yield Case("mkimage", ("-qc", "lz4", "tree.tar", "-"), (1, 2), partial="prefix")
    yield Case("zvfs", ("ls", "-lR", "image.zst"), (1, 2))
    yield Case("zvfs", ("ls", "--json", "image.zst"), (1, 2), partial="any")
    yield Case("zvfs", ("tree", "image.zst"), (1, 2), partial="any")
    yield Case("zvfs", ("cat", "image.zst", "noise"), (1, 2), partial="prefix")
    yield Case("zvfs", ("info", "--files", "image.zst"), (1, 2), partial="any")
    yield Case("zvfs", ("map", "-o", "OUT", "image.zst"), (1, 2), "file")
    yield Case("zvfs", ("check", "image.zst"), (8,), partial="any")
    yield Case("zvfs", ("check", "--deep", "-j3", "image.zst"), (8,), partial="any")
    yield Case("zvfs", ("digest", "image.zst"), (2,))
    yield Case("zvfs", ("verify", "-j3", "image.zst"), (1, 2), partial="any")
    yield Case("zvfs", ("diff", "image.zst", "same.zst"), (2,))
    # It warns of what it cannot read in a directory, and shows it as missing.
    yield Case("zvfs", ("diff", "image.zst", "tree"), (2,), partial="any")
    yield Case("zvfs", ("extract", "-j3", "-C", "OUT", "image.zst"), (1, 2), "tree")
    yield Case("zvfs", ("extract", "-kj3", "-C", "OUT", "image.zst"), (1, 2), "tree")
    yield Case("zvfs", ("extract", "-j3", "--to-tar", "OUT", "image.zst"), (1, 2), "file")
    yield Case("zvfs", ("extract", "-qj3", "--to-tar", "-", "image.zst", "*"), (1, 2),
               partial="prefix")
    yield Case("zvfs", ("repair", "damaged.zst", "OUT"), (1, 8), "image", "any")


def make_inputs(place):
    """What the cases read, in the directory `place`."""
    tree = place / "tree"
    (tree / "deep" / "deeper").mkdir(parents=True)
    (tree / "text").write_bytes(b"".join(b"%x " % (i * i) for i in range(80_000)))
    (tree / "noise").write_bytes(random.Random(1).randbytes(600_000))
    with open(tree / "hole", "wb") as file:
        file.write(b"begin")
        file.truncate(1 << 20)
        file.seek(900_000)
        file.write(b"end of the data")
    for i in range(12):
        (tree / "deep" / f"{i:02}").write_bytes(b"%d\n" % i * (i * 100))
    (tree / "deep" / "deeper" / "copy").write_bytes((tree / "deep" / "11").read_bytes())
    os.symlink("text", tree / "link")
    os.link(tree / "text", tree / "deep" / "again")
    (tree / "deep" / "empty").touch()
    os.setxattr(tree / "deep", "user.on-directory", b"value")
    os.setxattr(tree / "noise", "user.on-file", b"value")
    for path in (*tree.rglob("*"), tree):
        os.utime(path, ns=(0, 1_700_000_000_000_000_000), follow_symlinks=False)

    (place / "order").write_text("deep/05\ntext\nnoise\ndeep/03\n")
    with tarfile.open(place / "tree.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(tree, "tree")
    run("gzip", "-kn", place / "tree.tar")
    shutil.make_archive(place / "tree", "zip", place, "tree")
    with zipfile.ZipFile(place / "tree.zip", "a") as archive:
        # Only the directory at the end says that it is a symlink.
        link = zipfile.ZipInfo("tree/symlink", (2023, 11, 14, 22, 13, 20))
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "text")
    mkimage(tree, place / "image.zst", "-b64K")
    shutil.copyfile(place / "image.zst", place / "same.zst")
    content = bytearray((place / "image.zst").read_bytes())
    content[len(content) // 2] ^= 0x40
    (place / "damaged.zst").write_bytes(content)


