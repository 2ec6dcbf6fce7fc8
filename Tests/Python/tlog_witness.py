"""A witness of transparency logs, from the published formats alone (C2SP tlog-witness, tlog-cosignature).

It answers `add-checkpoint`, remembers the largest checkpoint that it signed, and signs another only with a proof that the log
begins with that one. Like tlog_verifier.py it shares no code with Martlet.
"""

import base64
import hashlib
import http.server
import threading
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import tlog_verifier as tlog


class Witness:
    def __init__(self, name, log_key):
        self.name, self.log = name, log_key
        self._private = Ed25519PrivateKey.generate()
        public = b"\x04" + self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(public).decode()}"
        # What it signed last: size and root.
        self.size, self.root = 0, tlog.EMPTY_ROOT
        self.asked = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/w"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def cosignature(self, text, at=None):
        at = int(time.time()) if at is None else at
        signature = self._private.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        blob = self.id + at.to_bytes(8, "big") + signature
        return f"\u2014 {self.name} {base64.b64encode(blob).decode()}\n"

    def add_checkpoint(self, body):
        """(status, text) as the protocol has it."""
        head, blank, note = body.partition("\n\n")
        lines = head.split("\n")
        if not blank or not lines[0].startswith("old "):
            return 400, ""
        old = int(lines[0][4:])
        proof = [tlog.unbase64(line) for line in lines[1:]]
        text, _ = tlog.parse_note(note)
        if text.split("\n")[0] != self.log.name:
            return 404, ""
        try:
            size, root = tlog.checkpoint(note, self.log)
        except tlog.Refused:
            return 403, ""
        if old > size:
            return 400, ""
        if old != self.size or (size == old and root != self.root):
            return 409, f"{self.size}\n"
        try:
            tlog.verify_consistency(old, size, self.root, root, proof)
        except tlog.Refused:
            return 422, ""
        self.size, self.root = size, root
        return 200, self.cosignature(text)

    def _handler(witness):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, text = witness.add_checkpoint(body) if self.path == "/w/add-checkpoint" else (404, "")
                witness.asked.append((body.split("\n")[0], status))
                data = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/x.tlog.size" if status == 409 else "text/plain")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        return Handler
