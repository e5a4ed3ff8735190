"""An expert that Tutti can call: tells what kind of picture it is given. See docs/http-experts.md.

Standard library only, Python 3.9 or later:
    PORT=8091 EXPERT_TOKEN=some-secret python3 examples/http-expert/server.py
"""

import base64
import json
import os
import re
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = os.environ.get("EXPERT_TOKEN")


class Fault(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code = status, code


def run(inputs, parts):
    """Your model goes here."""
    image = inputs.get("image")
    if image is None:
        raise Fault(400, "bad-input", "the input image is missing")
    data = parts[image["part"]] if "part" in image else base64.b64decode(image["data"])
    if data[1:4] != b"PNG" or len(data) < 24:
        raise Fault(400, "bad-input", f"{image['name']} is no PNG picture")
    width, height = struct.unpack(">II", data[16:24])
    return {"text": f"a PNG picture, {width} by {height} pixels"}


def failure(fault):
    known = isinstance(fault, Fault)
    code, message = (fault.code, str(fault)) if known else ("expert-failed", "something broke")
    return {"error": {"code": code, "message": message, "retryable": not known}}


def outcome(inputs, parts):
    try:
        return {"outputs": run(inputs, parts)}
    except Exception as fault:
        return failure(fault)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self):
        self.respond(lambda: {"status": "ok"} if self.path == "/health" else self.unknown())

    def do_POST(self):
        self.respond(self.call)

    def unknown(self):
        raise Fault(404, "expert-unavailable", "there is nothing here")

    def call(self):
        body = self.read_body()
        self.check_token()
        request, parts = body, {}
        form = re.match(r'multipart/form-data;.*boundary="?([^";]+)', self.headers.get("content-type", ""))
        if form:
            parts = read_form(body, form[1].encode())
            request = parts["request"]
        call = json.loads(request)
        if call["task"] != "image-to-text":
            raise Fault(400, "expert-failed", f"there is no {call['task']} here")
        if "batch" in call:
            return {"batch": [outcome(one["inputs"], parts) for one in call["batch"]]}
        return {"outputs": run(call["inputs"], parts)}

    def check_token(self):
        if TOKEN and self.headers.get("authorization") != f"Bearer {TOKEN}":
            raise Fault(401, "expert-unavailable", "who?")

    def read_body(self):
        """Forms come in chunks of which each tells its length (RFC 9112, 7.1)."""
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def respond(self, work):
        status, body = 200, None
        try:
            body = work()
        except Exception as fault:
            status, body = getattr(fault, "status", 500), failure(fault)
        text = json.dumps(body, allow_nan=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def read_form(body, boundary):
    """The parts of multipart/form-data (RFC 7578) by name."""
    parts = {}
    for piece in body.split(b"--" + boundary)[1:-1]:
        head, _, data = piece.partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="([^"]*)"', head)[1].decode()
        parts[name] = data[:-2]
    return parts


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8091"))), Handler)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
