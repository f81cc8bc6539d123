"""A headless Firefox with one page: the same vocabulary as chromium.py's, for the same cases.

Speaks Marionette, which Firefox has built in: JSON arrays behind their length, on a port of this machine that Firefox chooses
itself. What the page has to complain of is what Firefox's own console has of files: errors, refused scripts.
"""
import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

from chromium import PATIENCE, Page, PageError

PREFERENCES = {
    "marionette.port": 0,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "ui.prefersReducedMotion": 1,
    "ui.useOverlayScrollbars": 1,
}
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "ArrowUp": "\ue013", "ArrowDown": "\ue015",
        "ArrowLeft": "\ue012", "ArrowRight": "\ue014", "Home": "\ue011"}


class Firefox:
    """with Firefox() as page: ..."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="dregs-firefox.")
        with open(os.path.join(self.profile, "user.js"), "w", encoding="utf-8") as file:
            for name, value in PREFERENCES.items():
                file.write(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n")
        environment = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD" and not k.startswith("DREGS_")}
        environment["HOME"] = self.profile
        self.process = subprocess.Popen(
            ["firefox-esr", "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", self.profile, "about:blank"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.socket = socket.create_connection(("127.0.0.1", self.port()), PATIENCE)
        return FirefoxPage(self)

    def port(self):
        """Firefox writes it down once it listens."""
        path, until = os.path.join(self.profile, "MarionetteActivePort"), time.monotonic() + PATIENCE
        while True:
            try:
                with open(path, encoding="ascii") as file:
                    return int(file.read())
            except (OSError, ValueError):
                if time.monotonic() > until or self.process.poll() is not None:
                    raise PageError("Firefox does not start") from None
                time.sleep(0.05)

    def __exit__(self, *unused):
        self.socket.close()
        os.killpg(self.process.pid, 15)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class FirefoxPage(Page):
    def __init__(self, browser):  # not Page's own, which speaks another protocol
        self.browser = browser
        self.last = 0
        self.pending = b""
        self.receive_message()  # who it is
        self.call("WebDriver:NewSession", capabilities={"alwaysMatch": {"pageLoadStrategy": "normal"}})
        self.frame = self.evaluate("[outerWidth - innerWidth, outerHeight - innerHeight]")

    # The protocol.

    def receive_message(self):
        while True:
            length, colon, rest = self.pending.partition(b":")
            if colon and len(rest) >= int(length):
                self.pending = rest[int(length):]
                return json.loads(rest[:int(length)])
            chunk = self.browser.socket.recv(1 << 20)
            if not chunk:
                raise PageError("the browser has ended")
            self.pending += chunk

    def call(self, method, **parameters):
        self.last += 1
        data = json.dumps([0, self.last, method, parameters]).encode()
        self.browser.socket.sendall(b"%d:%s" % (len(data), data))
        kind, number, error, result = self.receive_message()
        if (kind, number) != (1, self.last):
            raise PageError(f"{method}: an answer to something else")
        if error:
            raise PageError(f"{method}: {error['message']}")
        return result

    def in_firefox(self, script, *args):
        """Runs it with the rights of the browser itself."""
        self.call("Marionette:SetContext", value="chrome")
        try:
            return self.call("WebDriver:ExecuteScript", script=script, args=args)["value"]
        finally:
            self.call("Marionette:SetContext", value="content")

    @property
    def complaints(self):
        return self.in_firefox("""return Services.console.getMessageArray()
            .filter(m => m instanceof Ci.nsIScriptError && m.sourceName.startsWith("file:")).map(m => m.errorMessage)""")

    @property
    def requests(self):
        return self.evaluate("performance.getEntriesByType('resource').map(e => e.name)")

    # What a person does.

    def open(self, path):
        self.call("WebDriver:Navigate", url="file://" + os.path.abspath(path))

    def evaluate(self, expression):
        # As a script of its own: the page's policy forbids eval.
        script = (f"(async () => ({expression}))().then("
                  "value => arguments[0]([true, value ?? null]), error => arguments[0]([false, String(error)]))")
        good, value = self.call("WebDriver:ExecuteAsyncScript", script=script, args=[], scriptTimeout=PATIENCE * 1000)["value"]
        if not good:
            raise PageError(value)
        return value

    def click(self, selector, x=0.5, y=0.5):
        box = self.rectangle(selector)
        at = {"x": int(box["x"] + box["width"] * x), "y": int(box["y"] + box["height"] * y)}
        hit = self.evaluate(f"document.querySelector({json.dumps(selector)}).contains(document.elementFromPoint({at['x']}, {at['y']}))")
        if not hit:
            raise PageError(f"something lies over {selector}")
        self.perform("pointer", [{"type": "pointerMove", **at}, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}])

    def perform(self, kind, actions):
        self.call("WebDriver:PerformActions", actions=[{"type": kind, "id": kind, "actions": actions}])
        self.settle()

    def press(self, key, code=0, text=""):
        value = KEYS.get(key, key)
        self.perform("key", [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}])

    def type(self, selector, text):
        self.evaluate(f"document.querySelector({json.dumps(selector)}).select()")
        for letter in text:
            self.perform("key", [{"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter}])

    def look(self, width, height, dark=False, phone=False):
        """The page's part of the window: the window itself cannot be as narrow as a phone."""
        self.call("WebDriver:SetWindowRect", width=max(width, 600) + self.frame[0], height=height + self.frame[1])
        self.in_firefox("""
            gBrowser.selectedBrowser.style.maxWidth = arguments[0] + "px";
            Services.prefs.setIntPref("layout.css.prefers-color-scheme.content-override", arguments[1]);""",
                        width, 0 if dark else 1)
        self.wait_for(f"innerWidth === {width}")

    def screenshot(self, path, whole=False):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("WebDriver:TakeScreenshot", full=whole)["value"]))
