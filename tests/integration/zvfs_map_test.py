#!/usr/bin/env python3
"""zvfs map: the file that it writes, and its page in a browser (if there is one)."""
import os
import random
import unittest
import zlib

import webdriver
import zvfs_tools
from zvfs_tools import run

HOSTILE = [b"</title><script>document.title='owned'", b"<img src=x onerror=document.title='owned'>",
           b"bytes-\xff\xfe", "\u202egpj.exe".encode(), b"new\nline", b"{{nodes}}"]


def write_tree(root):
    noise = random.Random(5)
    (root / "text" / "deep").mkdir(parents=True)
    (root / "noise").mkdir()
    (root / "<").mkdir()
    (root / "<" / "script>alert(1)").write_bytes(b"x" * 10_000)  # the path contains "</script>"
    for i in range(40):
        (root / "text" / f"{i:02}.txt").write_bytes(b"".join(b"line %d\n" % noise.randrange(10**6)
                                                             for _ in range(3000 + 100 * i)))
    (root / "text" / "deep" / "copy.txt").write_bytes(b"some text\n" * 100)
    (root / "noise" / "large.bin").write_bytes(noise.randbytes(2_000_000))
    (root / "noise" / "small.bin").write_bytes(noise.randbytes(150_000))
    (root / "zeros").write_bytes(bytes(1_000_000))
    (root / "empty").write_bytes(b"")
    os.link(root / "noise" / "small.bin", root / "text" / "linked.bin")
    for number, name in enumerate(HOSTILE):
        with open(os.fsencode(root) + b"/" + name, "wb") as file:
            file.write(noise.randbytes(120_000 + number))


class MapFile(unittest.TestCase):
    def setUp(self):
        self.scratch = self.enterContext(zvfs_tools.scratch_directory())
        (self.scratch / "root").mkdir()
        (self.scratch / "root" / "file").write_bytes(b"content")
        self.image = zvfs_tools.mkimage(self.scratch / "root", self.scratch / "image.tar.zst")
        self.page = self.scratch / "map.html"

    def map(self, *arguments, **options):
        return run(zvfs_tools.tool("ZVFS_ZVFS"), "map", self.image, *arguments, **options)

    def test_replaces_nothing_unasked(self):
        self.map("-o", self.page)
        first = self.page.read_bytes()
        self.page.write_bytes(b"mine")
        self.map("-o", self.page, expect=2)
        self.assertEqual(self.page.read_bytes(), b"mine")
        self.map("-f", "-o", self.page)
        self.assertEqual(self.page.read_bytes(), first)

    def test_never_replaces_the_image(self):
        before = self.image.read_bytes()
        os.link(self.image, self.scratch / "alias")
        for name in (self.image, self.scratch / "alias"):
            self.map("-f", "-o", name, expect=2)
        self.assertEqual(self.image.read_bytes(), before)

    def test_writes_to_standard_output(self):
        self.map("-o", self.page)
        self.assertEqual(self.map("-o", "-"), self.page.read_bytes())
        with open("/dev/full", "wb") as full:
            self.map("-o", "-", stdout=full, expect=2)

    def test_leaves_no_half_of_a_page(self):
        self.map("-o", self.scratch / "no" / "such" / "map.html", expect=2)
        run(zvfs_tools.tool("ZVFS_ZVFS"), "map", self.scratch / "root" / "file", "-o", self.page, expect=2)
        self.assertFalse(self.page.exists())


class MapPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(webdriver.browser())
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        root = cls.scratch / "root"
        write_tree(root)
        cls.image = zvfs_tools.mkimage(root, cls.scratch / "</script>.tar.zst".replace("/", ""))
        cls.page = cls.scratch / "map.html"
        run(zvfs_tools.tool("ZVFS_ZVFS"), "map", cls.image, "-o", cls.page)

    def setUp(self):
        self.browser.open(self.page)
        self.assertEqual(self.js("return document.documentElement.dataset.ready"), "yes")

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])

    def js(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def node(self, path):
        return self.js("""for (let node = 0; node < nodes.type.length; node++)
                            if (pathOf(node) === arguments[0]) return node;""", path)

    def middle(self, path):
        """The middle of the tile of a file, or of the name of a directory."""
        return self.js("""const box = $('marks').getBoundingClientRect();
                          const tile = tileOf.get(arguments[0]);
                          return [box.x + tile.x + tile.w / 2, box.y + tile.y + (tile.open ? 8 : tile.h / 2)];""",
                       self.node(path))

    def cell_place(self, cell):
        return self.js("""const box = $('cell-marks').getBoundingClientRect(), half = grid.step / 2;
                          return [box.x + cellX(arguments[0]) + half, box.y + cellY(arguments[0]) + half];""", cell)

    def text(self, selector):
        return self.js("return document.querySelector(arguments[0]).textContent", selector)

    def listed(self):
        return self.js("return [...document.querySelectorAll('#list bdi')].map(e => e.textContent)")

    def test_shows_what_info_shows(self):
        info = run(zvfs_tools.tool("ZVFS_ZVFS"), "info", "--files", "--json", self.image)
        self.assertIn(b"noise/large.bin", info)
        self.assertEqual(self.js("return nodes.coded[ROOT]"), self.image.stat().st_size)
        self.assertEqual(self.js("return children[ROOT].reduce((sum, node) => sum + nodes.coded[node], 0)"),
                         self.image.stat().st_size)
        self.assertEqual(self.js("return nodes.files[ROOT]"), 40 + 6 + 1 + len(HOSTILE))
        self.assertGreater(self.js("return tiles.length"), 40)

    def test_hostile_names_are_text(self):
        self.assertIn("script", self.js("return document.title"))
        self.assertTrue(self.js("return document.title").startswith("<script>"))
        self.assertEqual(self.js("return document.images.length"), 0)
        names = self.listed()
        self.assertIn("bytes-\\377\\376", names)
        self.assertIn("\\342\\200\\256gpj.exe", names)
        self.assertIn("new\\nline", names)
        self.assertIn(HOSTILE[1].decode(), names)
        self.browser.hover(*self.middle(HOSTILE[1].decode()))
        self.assertEqual(self.text("#tip b"), HOSTILE[1].decode())
        self.assertEqual(self.js("return document.images.length"), 0)
        self.assertTrue(self.js("return document.title").endswith(" – zvfs map"))

    def test_hovering_a_file_marks_its_frames(self):
        self.browser.hover(*self.middle("noise/large.bin"))
        self.assertEqual(self.text("#tip b"), "noise/large.bin")
        self.assertEqual(self.js("return getComputedStyle($('tip')).visibility"), "visible")
        marked = self.js("return markedCells().reduce((sum, mark) => sum + mark, 0)")
        self.assertEqual(marked, self.js("return nodes.last[arguments[0]] - nodes.first[arguments[0]] + 1",
                                         self.node("noise/large.bin")))
        self.assertGreater(marked, 7)

    def test_clicking_a_frame_lists_its_files(self):
        cell = self.js("return nodes.first[arguments[0]]", self.node("text/07.txt"))
        self.browser.click(*self.cell_place(cell))
        self.assertEqual(self.text("#details h2"), f"Frame {cell}")
        listed = self.listed()
        self.assertIn("text/07.txt", listed)
        self.assertNotIn("noise/large.bin", listed)
        self.js("[...document.querySelectorAll('#list button')].find(e => e.title === 'text/07.txt').click()")
        self.assertEqual(self.text("#details h2"), "text/07.txt")
        self.assertIn("frame", self.text("#details dl"))

    def test_zooms_in_and_out(self):
        self.browser.click(*self.middle("text"))
        self.assertEqual(self.js("return pathOf(state.top)"), "text")
        self.assertIn("in 42 files", self.text("#path output"))
        self.browser.click(*self.middle("text/39.txt"))
        self.assertEqual(self.text("#details h2"), "text/39.txt")
        self.browser.press("Escape", "Escape")
        self.assertEqual(self.js("return state.top"), 0)

    def test_keys(self):
        self.js("canvases.marks.focus()")
        self.browser.press("ArrowRight")
        largest = self.js("return children[ROOT][0]")
        self.assertEqual(self.js("return state.chosen"), largest)
        self.browser.press("Enter")
        self.assertEqual(self.js("return state.top"), largest)
        self.browser.press("ArrowDown", "ArrowUp", "Backspace")
        self.assertEqual(self.js("return state.top"), 0)
        before = self.js("return document.documentElement.classList.contains('dark')")
        self.browser.press("t")
        self.assertNotEqual(self.js("return document.documentElement.classList.contains('dark')"), before)
        self.js("canvases['cell-marks'].focus()")
        self.browser.press("ArrowRight", "ArrowRight")
        self.assertEqual(self.text("#details h2"), "Frame 1")

    def test_searches(self):
        self.browser.press("/", *"noise/", "Escape")
        self.assertIsNone(self.js("return state.matches"))
        for text, expected in (("large", ["noise/large.bin"]), ("*.BIN", 3), ("text/0?.txt", 10), ("no such", [])):
            self.js("search(arguments[0])", text)
            listed = self.listed()
            self.assertEqual(listed if isinstance(expected, list) else len(listed), expected)
        self.js("search('*.bin')")
        self.assertIn("3 files found", self.text("#path output"))

    def test_equal_data_is_counted_once(self):
        first, second = self.node("noise/small.bin"), self.node("text/linked.bin")
        self.assertGreater(self.js("return nodes.coded[arguments[0]]", first), 50_000)
        self.assertEqual(self.js("return nodes.coded[arguments[0]]", second), 0)
        self.js("reveal(arguments[0])", second)
        self.assertIn("shared", self.text("#details"))

    def test_it_is_drawn(self):
        colours = self.js("""const {width, height} = canvases.tiles, seen = new Set();
                             const pixels = canvases.tiles.getContext('2d').getImageData(0, 0, width, height).data;
                             for (const {x, y, w, h, open} of tiles) {
                               const at = 4 * (Math.floor(y + h / 2) * width + Math.floor(x + w - 4));
                               if (!open) seen.add(pixels.slice(at, at + 4).join());
                             }
                             return [...seen];""")
        self.assertGreater(len(colours), 4)
        self.assertNotIn("0,0,0,0", colours)
        self.assertGreater(len(zlib.compress(self.browser.screenshot())), 20_000)


if __name__ == "__main__":
    zvfs_tools.main()
