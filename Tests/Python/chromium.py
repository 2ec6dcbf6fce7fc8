"""Headless Chromium over its debugging pipe, with nothing but the standard library.

A page keeps what it saw: each request with its answer's status, what the console said, what was thrown. Whatever is asked
of another host than the loopback goes to a proxy of our own, which writes the host down and refuses.
"""

import base64
import contextlib
import fcntl
import itertools
import json
import os
import pathlib
import queue
import shutil
import socketserver
import subprocess
import threading
import time

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-extensions",
    "--disable-sync", "--disable-domain-reliability", "--no-pings", "--metrics-recording-only", "--mute-audio",
    "--disable-features=OptimizationHints,MediaRouter,Translate,NetworkTimeServiceQuerying,AutofillServerCommunication",
    # Its own errands, which would look like a page's.
    "--gaia-url=http://127.0.0.1:9/", "--google-base-url=http://127.0.0.1:9/",
    "--component-updater=url-source=http://127.0.0.1:9/",
    "--remote-debugging-pipe", "--window-size=1600,1000", "--lang=en",
)


def executable() -> str:
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    raise RuntimeError("no Chromium: run `Scripts/setup --tests`, or name one in CHROMIUM")


class _RefusingProxy(socketserver.ThreadingTCPServer):
    """Writes down whom the browser wanted to reach, and refuses."""

    allow_reuse_address = daemon_threads = True

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.server.asked.append(self.rfile.readline(4096).decode("latin-1").strip())
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    def __init__(self):
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Browser:
    def __init__(self, folder: pathlib.Path):
        """`folder` is where it keeps its profile, and must be its own."""
        self.proxy = _RefusingProxy()
        command_reader, self._commands = (self._high(end) for end in os.pipe())
        self._answers, answer_writer = (self._high(end) for end in os.pipe())

        def place():  # in the child, before it becomes Chromium, which reads from 3 and writes to 4
            os.dup2(command_reader, 3)
            os.dup2(answer_writer, 4)

        self._log = open(folder / "chromium.log", "wb")
        self.process = subprocess.Popen(
            [
                executable(), *FLAGS, f"--user-data-dir={folder / 'profile'}",
                f"--proxy-server=http://127.0.0.1:{self.proxy.server_address[1]}", "about:blank",
            ],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, close_fds=False, preexec_fn=place,
        )
        os.close(command_reader)
        os.close(answer_writer)
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue] = {}
        self._listeners: dict[str, "Page"] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()
        self.version = self.call("Browser.getVersion")["product"]

    @staticmethod
    def _high(end: int) -> int:
        """The same pipe under a number that is neither 3 nor 4."""
        moved = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10)
        os.close(end)
        return moved

    def _read(self) -> None:
        rest = b""
        while chunk := os.read(self._answers, 1 << 16):
            *messages, rest = (rest + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    if waiting := self._waiting.pop(message["id"], None):
                        waiting.put(message)
                elif page := self._listeners.get(message.get("sessionId", "")):
                    page._happened(message["method"], message.get("params", {}), message["sessionId"])
        for waiting in list(self._waiting.values()):
            waiting.put({"error": {"message": "Chromium ended"}})

    def call(self, method: str, session: str | None = None, seconds: float = 60, **parameters):
        number, answer = next(self._numbers), queue.SimpleQueue()
        self._waiting[number] = answer
        self.post(method, session, number, **parameters)
        try:
            message = answer.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"Chromium did not answer {method} within {seconds} s") from None
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']['message']}")
        return message["result"]

    def post(self, method: str, session: str | None = None, number: int | None = None, **parameters) -> None:
        """Sends without waiting for the answer."""
        message = {"id": number or next(self._numbers), "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        with self._lock:
            data = json.dumps(message).encode() + b"\0"
            while data:
                data = data[os.write(self._commands, data):]

    def page(self) -> "Page":
        return Page(self)

    @property
    def left_for(self) -> list[str]:
        """Whom the browser asked for that is not on the loopback."""
        return list(self.proxy.asked)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.call("Browser.close", seconds=10)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        os.close(self._commands)
        self.proxy.shutdown()
        self.proxy.server_close()
        self._log.close()

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_) -> None:
        self.close()


class Page:
    """One tab, and the workers that it starts."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.requests: dict[tuple[str, str], dict] = {}
        self.console: list[str] = []
        self._moved = time.monotonic()
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._target = target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser._listeners[self.session] = self
        self._watch(self.session, browser.call)
        self.call("Page.enable")

    def _watch(self, session: str, send) -> None:
        send("Network.enable", session)
        send("Runtime.enable", session)
        send("Log.enable", session)
        send("Target.setAutoAttach", session, autoAttach=True, waitForDebuggerOnStart=True, flatten=True)

    def call(self, method: str, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def _happened(self, method: str, event: dict, session: str) -> None:
        self._moved = time.monotonic()
        if method == "Network.requestWillBeSent":
            request = event["request"]
            self.requests[session, event["requestId"]] = {
                "method": request["method"], "url": request["url"], "body": request.get("postData"), "status": None,
                "type": event.get("type"), "failure": None, "done": False,
            }
        elif method == "Network.responseReceived" and (entry := self.requests.get((session, event["requestId"]))):
            entry["status"] = event["response"]["status"]
            entry["mime"] = event["response"]["mimeType"]
        elif method == "Network.loadingFinished" and (entry := self.requests.get((session, event["requestId"]))):
            entry["done"] = True
        elif method == "Network.loadingFailed" and (entry := self.requests.get((session, event["requestId"]))):
            entry.update(done=True, failure=None if event.get("canceled") else event["errorText"])
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "assert"):
            words = [str(item.get("value", item.get("description", ""))) for item in event["args"]]
            self.console.append("console: " + " ".join(words))
        elif method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            self.console.append("thrown: " + details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and event["entry"]["level"] == "error":
            self.console.append(f"log: {event['entry']['text']} {event['entry'].get('url', '')}")
        elif method == "Target.attachedToTarget":
            worker = event["sessionId"]
            self.browser._listeners[worker] = self
            self._watch(worker, self.browser.post)  # this is the reading thread: it must not wait for an answer
            self.browser.post("Runtime.runIfWaitingForDebugger", worker)

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def evaluate(self, expression: str):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"].get("exception", {}).get("description", expression))
        return answer["result"].get("value")

    @property
    def text(self) -> str:
        """What a reader sees."""
        return self.evaluate("document.body ? document.body.innerText : ''") or ""

    def wait_for(self, what: str, expression: str, seconds: float = 30):
        """Waits until the expression is true in the page; says what the page showed when it is not."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(AssertionError, RuntimeError):
                if found := self.evaluate(expression):
                    return found
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{what}: not within {seconds} s. The page shows:\n{self.text[:3000]}\nconsole: {self.console[-10:]}")
            time.sleep(0.1)

    def wait_for_text(self, *texts: str, seconds: float = 30) -> None:
        for text in texts:
            self.wait_for(f"the text {text!r}", f"document.body.innerText.includes({json.dumps(text)})", seconds)

    def settle(self, quiet: float = 1.0, seconds: float = 30) -> None:
        """Waits until nothing is on its way and nothing has happened for a while."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            # What a worker is made of is reported to the page when it is asked for, and never again.
            on_the_way = [
                entry for entry in list(self.requests.values()) if not (entry["done"] or ".worker." in entry["url"])
            ]
            if not on_the_way and time.monotonic() - self._moved > quiet:
                return
            time.sleep(0.05)
        raise AssertionError(f"the page does not come to rest: {on_the_way[:5]}")

    def click_text(self, text: str, selector: str = "a, button, [role=tab], [role=menuitem], label, span") -> None:
        """Clicks the innermost visible element with exactly this text."""
        self.wait_for(
            f"something to click that says {text!r}",
            f"""(() => {{
                const found = [...document.querySelectorAll({json.dumps(selector)})]
                    .filter(e => e.innerText && e.innerText.trim() === {json.dumps(text)} && e.offsetParent !== null);
                if (!found.length) return false;
                found[found.length - 1].click();
                return true;
            }})()""",
        )

    def screenshot(self, file: pathlib.Path) -> None:
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    @property
    def failures(self) -> list[str]:
        """Requests that were answered 4xx or 5xx or not at all."""
        return [
            f"{entry['method']} {entry['url']} → {entry['status'] or entry['failure']}"
            for entry in list(self.requests.values())
            if entry["failure"] or (entry["status"] or 0) >= 400
        ]

    def close(self) -> None:
        self.browser.call("Target.closeTarget", targetId=self._target)
