"""openwmid and openwmi as a test runs them: on a folder of its own, with waits that are bounded."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BUILD = pathlib.Path(os.environ["OPENWMI_BUILD"])
PATIENCE_S = 60  # of every wait; sanitizers and a busy machine are slow


def wait_until(condition, what):
    """Waits for the condition to hold and gives what it gave."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"waited {PATIENCE_S} s in vain for {what}")


class Service:
    """One openwmid, its state and what it said."""

    def __init__(self, state=None, classes=(), mofs=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="openwmi-e2e-"))
        self.state = state or self.folder / "state"
        self.socket = self.state / "openwmid.sock"
        self.arguments = ["--state", str(self.state), "--classes", str(BUILD / "classes.d")]
        for folder in classes:
            self.arguments += ["--classes", str(folder)]
        if mofs:
            self.arguments += ["--mof", str(BUILD / "mof")]
        self.process = None
        self.log_path = self.folder / "log"
        self.notified = []

    def launch(self):
        """Starts it without waiting."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([BUILD / "bin/openwmid", *self.arguments], stdin=subprocess.DEVNULL,
                                            stderr=log, env=self.environment())
        return self.process

    def start(self):
        """Starts it and waits until it says that it is ready, as systemd would."""
        path = self.folder / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(path))
            notify.settimeout(PATIENCE_S)
            os.environ["NOTIFY_SOCKET"] = str(path)
            try:
                self.launch()
                wait_until(lambda: self._ready(notify), "READY=1")
            finally:
                del os.environ["NOTIFY_SOCKET"]
                path.unlink()
        return self

    def _ready(self, notify):
        notify.settimeout(0.1)
        try:
            return notify.recv(4096).startswith(b"READY=1")
        except TimeoutError:
            assert self.process.poll() is None, self.log()
            return False

    def stop(self):
        """SIGTERM, and its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def environment(self):
        # A service that had to leave a hung consumer behind ends with its threads: no leak to report.
        tsan = os.environ.get("TSAN_OPTIONS", "") + ":report_thread_leaks=0"
        return {**os.environ, "OPENWMI_SOCKET": str(self.socket), "NO_COLOR": "1", "TSAN_OPTIONS": tsan,
                "OPENWMI_SYSLOG": str(self.folder / "syslog")}

    def openwmi(self, *arguments, **options):
        """Runs the tool; gives the finished process with its texts."""
        return subprocess.run([BUILD / "bin/openwmi", *map(str, arguments)], env=self.environment(), text=True,
                              capture_output=True, timeout=PATIENCE_S, check=False, **options)

    def json(self, *arguments):
        result = self.openwmi(*arguments, "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def mof(self, text, *switches):
        """Compiles a text."""
        path = self.folder / "test.mof"
        path.write_text("#pragma autorecover\n" + text, encoding="utf-8")
        return self.openwmi("mofcomp", *switches, path)

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)
