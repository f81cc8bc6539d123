"""A headless Chromium with one page, driven over a pipe: what a person would do with it, and what they would see.

Speaks the DevTools protocol through the descriptors 3 and 4 of the browser (--remote-debugging-pipe): messages are JSON
that ends in a NUL byte, so it takes no package, no port and no time-out of a port. Whatever the page says of itself (errors,
refused scripts, requests) is kept in `Page.complaints` and `Page.requests`: tests expect both to be empty.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds that anything may take on a busy machine


class PageError(Exception):
    pass


class Chromium:
    """with Chromium() as page: ..."""

    def __init__(self, width=1000, height=700):
        self.size = width, height

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="dregs-chromium.")
        to_browser, self.to_browser = os.pipe()
        self.from_browser, from_browser = os.pipe()
        command = ["chromium", "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-sandbox",
                   "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
                   "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb",
                   f"--user-data-dir={self.profile}", f"--window-size={self.size[0]},{self.size[1]}", "about:blank"]
        environment = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD" and not k.startswith("DREGS_")}
        environment["HOME"] = self.profile

        def hand_over():  # the numbers 3 and 4 may be among our own four: first out of the way, then into place
            first, second = os.dup2(to_browser, 103), os.dup2(from_browser, 104)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(command, preexec_fn=hand_over, pass_fds=(3, 4), env=environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        return Page(self)

    def __exit__(self, *unused):
        os.close(self.to_browser)
        os.close(self.from_browser)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    def __init__(self, browser):
        self.browser = browser
        self.last = 0
        self.pending = b""
        self.session = None
        self.answers, self.events = {}, []
        self.complaints, self.requests = [], []
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    # The protocol.

    def send(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.browser.to_browser, data):]
        return self.last

    def receive(self, until):
        while b"\0" not in self.pending:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.browser.from_browser], [], [], left)[0]:
                raise PageError("the browser does not answer")
            chunk = os.read(self.browser.from_browser, 1 << 20)
            if not chunk:
                raise PageError("the browser has ended")
            self.pending += chunk
        text, _, self.pending = self.pending.partition(b"\0")
        message = json.loads(text)
        if "id" in message:
            self.answers[message["id"]] = message
        else:
            self.note(message["method"], message["params"])

    def note(self, event, parameters):
        self.events.append(event)
        if event == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif event == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.complaints.append(str([a.get("value", a.get("description")) for a in parameters["args"]]))
        elif event == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append(parameters["entry"]["text"])
        elif event == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"][:200])

    def call(self, method, **parameters):
        number, until = self.send(method, **parameters), time.monotonic() + PATIENCE
        while number not in self.answers:
            self.receive(until)
        answer = self.answers.pop(number)
        if "error" in answer:
            raise PageError(f"{method}: {answer['error']}")
        return answer["result"]

    def wait_for_event(self, event):
        until = time.monotonic() + PATIENCE
        while event not in self.events:
            self.receive(until)

    # What a person does.

    def open(self, path):
        self.events.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.wait_for_event("Page.loadEventFired")

    def evaluate(self, expression):
        """The value of a JavaScript expression; of a promise what it comes to."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise PageError(answer["exceptionDetails"].get("exception", {}).get("description", expression))
        return answer["result"].get("value")

    def wait_for(self, expression):
        until = time.monotonic() + PATIENCE
        while not self.evaluate(expression):
            if time.monotonic() > until:
                raise PageError(f"waited too long for {expression}")
            time.sleep(0.02)

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText")

    def texts(self, selector):
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.innerText)")

    def rectangle(self, selector):
        """Where the element is, in the middle of the window, once it stands still there for a frame."""
        return self.evaluate(f"""(async () => {{
            const element = document.querySelector({json.dumps(selector)});
            const frame = () => new Promise(requestAnimationFrame);
            for (let last = null; ; await frame()) {{
                element.scrollIntoView({{block: 'center', behavior: 'instant'}});
                const {{x, y, width, height}} = element.getBoundingClientRect();
                const now = {{x, y, width, height}};
                if (JSON.stringify(now) === JSON.stringify(last)) return now;
                last = now;
            }}
        }})()""")

    def click(self, selector, x=0.5, y=0.5):
        """A real click, at this part of the element's width and height."""
        box = self.rectangle(selector)
        at = {"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y}
        hit = self.evaluate(f"document.querySelector({json.dumps(selector)}).contains(document.elementFromPoint({at['x']}, {at['y']}))")
        if not hit:
            raise PageError(f"something lies over {selector}")
        self.call("Input.dispatchMouseEvent", type="mouseMoved", **at)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **at)
        self.settle()

    def settle(self):
        """Input is answered before the page has seen it: handlers have run two frames later."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")

    def press(self, key, code=0, text=""):
        code = code or {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowUp": 38, "ArrowDown": 40, "ArrowLeft": 37,
                        "ArrowRight": 39, "Home": 36, " ": 32}[key]
        text = text or {"Enter": "\r", " ": " "}.get(key, "")
        event = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **event)
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)
        self.settle()

    def type(self, selector, text):
        self.evaluate(f"document.querySelector({json.dumps(selector)}).select()")
        self.call("Input.insertText", text=text)

    def choose(self, selector, value):
        self.evaluate(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.value = {json.dumps(value)};"
                      "e.dispatchEvent(new Event('change', {bubbles: true})); })()")

    def look(self, width, height, dark=False, phone=False):
        """How large the window is, and what the system's colours are."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1,
                  mobile=phone)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def screenshot(self, path, whole=False):
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **(
            {"clip": dict(self.evaluate("({x: 0, y: 0, width: document.documentElement.scrollWidth,"
                                        "height: document.documentElement.scrollHeight})"), scale=1)} if whole else {}))
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))
