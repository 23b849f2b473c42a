#!/usr/bin/env python3
"""Completion in bash, zsh and fish: compares what each shell offers with --help and the image."""
import os
import pathlib
import pty
import re
import select
import subprocess
import time
import unittest

import zvfs_tools
from zvfs_tools import run

COMPLETIONS = pathlib.Path(os.environ["ZVFS_SOURCE_DIR"]) / "packaging" / "completions"
PROGRAMS = {"zvfs": "ZVFS_ZVFS", "mkimage": "ZVFS_MKIMAGE", "mount.zvfs": "ZVFS_MOUNT"}
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"


def help_of(*command):
    return run(zvfs_tools.tool(PROGRAMS[command[0]]), *command[1:], "--help").decode()


def options_in(text):
    """The options that --help lists, parsed differently from the completions."""
    found = set()
    for line in text.splitlines():
        if re.match(r"  -", line):
            found.update(re.findall(r"(?<![\w-])-{1,2}[A-Za-z0-9][\w-]*", re.split(r"   *", line[2:])[0]))
    return found


def subcommands():
    section = help_of("zvfs").split("Subcommands:\n")[1].split("\n\n")[0]
    return {line.split()[0] for line in section.splitlines()}


def all_commands():
    return [("zvfs", name) for name in sorted(subcommands())] + [("zvfs",), ("mkimage",), ("mount.zvfs",)]


class Shells(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        (cls.scratch / "bin").mkdir()
        for name, variable in PROGRAMS.items():
            (cls.scratch / "bin" / name).symlink_to(zvfs_tools.tool(variable))
        tree = cls.scratch / "tree"
        (tree / "docs" / "deep").mkdir(parents=True)
        for name in ("docs/readme", "docs/with space", "docs/$(touch owned)", "docs/new\nline", "top"):
            (tree / name).write_bytes(b"")
        zvfs_tools.mkimage(tree, cls.scratch / "image.tar.zst")
        cls.environment = {"PATH": f"{cls.scratch}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
                           "HOME": str(cls.scratch), "TERM": "dumb"}

    def run_in(self, *command, **options):
        return run(*command, cwd=self.scratch, env=self.environment, **options).decode()


class Bash(Shells):
    FUNCTIONS = {"zvfs": "_zvfs", "mkimage": "_zvfs_mkimage", "mount.zvfs": "_zvfs_mount"}
    PRELUDE = ""

    def complete(self, *words):
        """The completions of the last word."""
        script = f"""{self.PRELUDE}
            source "$1" || exit; shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${{#COMP_LINE}}
            complete -p "$1" >/dev/null || exit
            {self.FUNCTIONS[words[0]]} "$1" "${{@: -1}}" "${{@: -2:1}}"
            ((${{#COMPREPLY[@]}} == 0)) || printf '%s\\0' "${{COMPREPLY[@]}}" """
        output = self.run_in("bash", "--norc", "-c", script, "bash", COMPLETIONS / "zvfs.bash", *words)
        return set(output.split("\0")) - {""}

    def test_options_are_those_of_help(self):
        for command in all_commands():
            with self.subTest(command):
                expected = options_in(help_of(*command))
                self.assertIn("--help", expected)
                self.assertEqual(self.complete(*command, "-"), expected)

    def test_commands_are_those_of_help(self):
        self.assertEqual(self.complete("zvfs", ""), subcommands())
        self.assertEqual(self.complete("zvfs", "ex"), {"extract"})

    def test_mount_options_are_those_of_help(self):
        offered = self.complete("mount.zvfs", "-o", "")
        self.assertLessEqual({"cache_size=", "allow_other", "suid", "dev", "nodev", "fsname="}, offered)
        for option in offered:
            self.assertRegex(help_of("mount.zvfs"), rf"\b{option}")
        self.assertEqual(self.complete("mount.zvfs", "-o", "ro,allow_"), {"ro,allow_other", "ro,allow_root"})

    def test_values(self):
        self.assertEqual(self.complete("mkimage", "-c", ""), {"zstd", "lz4", "adaptive"})
        self.assertEqual(self.complete("mkimage", "--codec", "=", "a"), {"adaptive"})
        self.assertEqual(self.complete("mkimage", "--dedupe", ""), {"near", "links", "off"})
        self.assertEqual(self.complete("mkimage", "--order", ""), {"path", "similar"})
        self.assertEqual(self.complete("mkimage", "--codec", "="), {"zstd", "lz4", "adaptive"})
        self.assertEqual(self.complete("zvfs", "extract", "-C", "b"), {"bin"})
        self.assertNotIn("image.tar.zst", self.complete("zvfs", "extract", "-C", ""))
        self.assertEqual(self.complete("zvfs", "extract", "-j", ""), set())
        self.assertIn("root", self.complete("mkimage", "--owner", "ro"))
        self.assertEqual(self.complete("zvfs", "extract", "--to-tar", "im"), {"image.tar.zst"})
        self.assertEqual(self.complete("zvfs", "extract", "--pre"), {"--preserve-permissions"})
        self.assertEqual(self.complete("zvfs", "extract", "--preserve-permissions", "im"), {"image.tar.zst"})

    def test_files_and_names_in_the_image(self):
        self.assertIn("image.tar.zst", self.complete("zvfs", "ls", ""))
        self.assertIn("image.tar.zst", self.complete("zvfs", "ls", "-l", "im"))
        for command in ("ls", "tree", "cat", "extract"):
            self.assertEqual(self.complete("zvfs", command, "image.tar.zst", ""), {"docs/", "top"})
        self.assertEqual(self.complete("zvfs", "extract", "-C", "dir", "-f", "image.tar.zst", "docs/d"), {"docs/deep/"})
        self.assertEqual(self.complete("zvfs", "cat", "image.tar.zst", "docs/"),
                         {"docs/deep/", "docs/readme", "docs/with space", "docs/$(touch owned)"})
        self.assertFalse((self.scratch / "owned").exists())

    def test_no_value_outlives_its_option(self):
        heads = " ".join(re.split(r"  +", line[2:])[0] for command in all_commands()
                         for line in help_of(*command).splitlines() if line.startswith("  -"))
        for file in COMPLETIONS.iterdir():
            patterns = re.findall(r"^ +(?:case )?\(?([A-Z]+(?:[ |]+[A-Z]+)*)(?:\)|$)", file.read_text(), re.MULTILINE)
            named = set(re.findall("[A-Z]+", " ".join(patterns)))
            self.assertIn("CODEC", named, file)
            for value in named:
                self.assertRegex(heads, rf"\b{value}\b")


@unittest.skipUnless(os.path.exists(BASH_COMPLETION), "not installed: bash-completion")
class BashWithPackage(Bash):
    PRELUDE = f"source {BASH_COMPLETION}; set +u;"

    def test_the_package_finds_it_by_the_name(self):
        for name in PROGRAMS:
            directory = self.scratch / "share" / "bash-completion" / "completions"
            directory.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes((COMPLETIONS / "zvfs.bash").read_bytes())
            self.environment["XDG_DATA_HOME"] = str(self.scratch / "share")
            script = f"source {BASH_COMPLETION}; _completion_loader {name}; complete -p {name}"
            self.assertIn("_zvfs", self.run_in("bash", "--norc", "-c", script, expect=None))


class Fish(Shells):
    def setUp(self):
        zvfs_tools.require_programs("fish")

    def complete(self, line):
        """The offered words and their descriptions."""
        script = "source $argv[1]; complete -C $argv[2]"
        output = self.run_in("fish", "--no-config", "-c", script, COMPLETIONS / "zvfs.fish", line)
        return dict((row + "\t").split("\t")[:2] for row in output.splitlines())

    def test_options_are_those_of_help(self):
        for command in all_commands():
            with self.subTest(command):
                offered = self.complete(" ".join([*command, "-"]))
                self.assertEqual(set(offered), options_in(help_of(*command)))
        self.assertEqual(self.complete("zvfs ls -")["--recursive"], "List everything below, too")

    def test_commands_values_and_names(self):
        self.assertEqual(set(self.complete("zvfs ")), subcommands())
        self.assertEqual(self.complete("zvfs ext")["extract"], "Extract files from an image")
        self.assertEqual(set(self.complete("mkimage -c ")), {"zstd", "lz4", "adaptive"})
        self.assertIn("tree/", self.complete("zvfs extract -C t"))
        self.assertEqual(set(self.complete("zvfs ls image.tar.zst docs/d")), {"docs/deep/"})
        self.assertIn("image.tar.zst", self.complete("zvfs extract -C dir im"))
        self.assertIn("cache_size=", self.complete("mount.zvfs -o "))
        self.assertIn("ro,allow_other", self.complete("mount.zvfs -o ro,allow_"))


class Zsh(Shells):
    def setUp(self):
        zvfs_tools.require_programs("zsh")

    def assert_shows(self, line, expected):
        """Checks that a terminal shows all these texts after `line` and two tabs."""
        functions = self.scratch / "functions"
        functions.mkdir(exist_ok=True)
        (functions / "_zvfs").write_bytes((COMPLETIONS / "zvfs.zsh").read_bytes())
        setup = ("fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -u -D; setopt no_beep; "
                 "LISTMAX=1000; zstyle ':completion:*' list-prompt ''; stty cols 200; PROMPT='rea''dy> '\n")
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.scratch)
            os.execvpe("zsh", ["zsh", "-f", "-i"], self.environment)
        try:
            os.write(terminal, setup.encode())
            self.read_until(terminal, {"ready> "})
            os.write(terminal, line.encode() + b"\t\t")
            self.read_until(terminal, set(expected))
        finally:
            os.close(terminal)
            os.waitpid(child, 0)

    def read_until(self, terminal, expected):
        seen = ""
        deadline = time.monotonic() + 30
        while missing := {text for text in expected if text not in seen}:
            if not select.select([terminal], [], [], max(deadline - time.monotonic(), 0))[0]:
                self.fail(f"{missing} not in {seen}")
            seen += os.read(terminal, 65536).decode(errors="replace").replace("\r", "")

    def test_syntax(self):
        run("zsh", "-n", COMPLETIONS / "zvfs.zsh")

    def test_options_are_those_of_help(self):
        for command in (("zvfs", "extract"), ("mkimage",), ("mount.zvfs",)):
            long_options = {option for option in options_in(help_of(*command)) if option.startswith("--")}
            self.assert_shows(" ".join([*command, "--"]), long_options)

    def test_commands_values_and_names(self):
        self.assert_shows("zvfs ", subcommands())
        self.assert_shows("mkimage -c ", {"zstd", "lz4", "adaptive"})
        self.assert_shows("zvfs ls image.tar.zst docs/", {"readme"})
        self.assert_shows("zvfs cat image.tar.zst docs/de", {"docs/deep/"})


if __name__ == "__main__":
    zvfs_tools.main()
