"""A headless browser for tests of pages: Chromium through chromedriver. Implements the part of the
WebDriver protocol (https://www.w3.org/TR/webdriver2/) that the tests need.
"""
import base64
import contextlib
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--force-device-scale-factor=1", "--hide-scrollbars"]
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Backspace": "\ue003", "ArrowDown": "\ue015",
        "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowLeft": "\ue012", "Home": "\ue011"}
TIMEOUT = 60  # seconds


class Browser:
    """A session. Elements are given by CSS selectors, places in pixels of the window."""

    def __init__(self, driver, width, height, profile):
        self._driver = driver
        options = {"args": [*FLAGS, f"--window-size={width},{height}", f"--user-data-dir={profile}"]}
        wanted = {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}
        self._path = ""
        self._path = "/session/" + self._call("POST", "/session", {"capabilities": wanted})["sessionId"]
        self.call("POST", "/window/rect", {"width": width, "height": height})

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._driver + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode(errors='replace')[:2000]}") from None

    def call(self, method, path, body=None):
        return self._call(method, self._path + path, body)

    def open(self, path):
        self.call("POST", "/url", {"url": pathlib.Path(path).resolve().as_uri()})

    def run(self, script, *arguments):
        """Runs the function body `script` and returns its result."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def _pointer(self, *actions):
        self.call("POST", "/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}]})

    def hover(self, x, y):
        self._pointer({"type": "pointerMove", "x": round(x), "y": round(y)})

    def click(self, x, y):
        self._pointer({"type": "pointerMove", "x": round(x), "y": round(y)},
                      {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0})

    def press(self, *keys):
        """Presses keys, named as in KeyboardEvent.key."""
        actions = []
        for key in keys:
            value = KEYS.get(key, key)
            actions += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def screenshot(self):
        """A PNG, as bytes."""
        return base64.b64decode(self.call("GET", "/screenshot"))

    def complaints(self):
        """The messages that the page has written to the console since the last call."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]


@contextlib.contextmanager
def browser(width=1440, height=960):
    """A browser that ends with the block. Skips the test if none is installed."""
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            raise unittest.SkipTest(f"not installed: {program}")
    with tempfile.TemporaryDirectory(prefix="zvfs-browser-", ignore_cleanup_errors=True) as profile:
        with subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as driver:
            try:
                session = Browser(f"http://127.0.0.1:{_port(driver)}", width, height, profile)
                try:
                    yield session
                finally:
                    session.call("DELETE", "")
            finally:
                driver.terminate()


def _port(driver):
    for line in driver.stdout:
        if "on port" in line and "successfully" in line:
            return int(line.rsplit(" ", 1)[1].rstrip(".\n"))
    raise AssertionError("chromedriver has ended")
