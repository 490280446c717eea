"""A client of WebSocket (RFC 6455) that shares nothing with the server: Python's standard library, and what the
examples have for keys and comparisons. It holds `json+ws` against proto/ws.md and proto/json.md.

    client.py ADDRESS EXAMPLES_DIRECTORY

Prints a line for each thing that holds. After the line `watching` the server is to be stopped. Exit code 1 says that
something did not hold.
"""

import base64
import hashlib
import json
import os
import socket
import struct
import sys

ADDRESS, EXAMPLES = sys.argv[1:]
sys.path.insert(0, EXAMPLES)
from chat_client import Keys, auth_message, to_base64
from functional_test import Failed, same

# Bounds what would hang; nothing waits for it when all is well.
PATIENCE_S = 60
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
FRAGMENT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
HELLO = {"op": "hello", "version": 1}
UPGRADE = {
    "Host": "localhost",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "chat.v1.json",
}


def frame(opcode, payload, fin=True, masked=True):
    """A frame as a client sends it (section 5.2)."""
    first = (0x80 if fin else 0) | opcode
    mask_bit = 0x80 if masked else 0
    if len(payload) < 126:
        head = bytes([first, mask_bit | len(payload)])
    elif len(payload) < 1 << 16:
        head = bytes([first, mask_bit | 126]) + struct.pack(">H", len(payload))
    else:
        head = bytes([first, mask_bit | 127]) + struct.pack(">Q", len(payload))
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))


def text(message):
    return frame(TEXT, json.dumps(message).encode())


class Http:
    """A connection that has asked one thing by HTTP/1.1."""

    def __init__(self, path="/", **changes):
        host, port = ADDRESS.rsplit(":", 1)
        self.key = base64.b64encode(os.urandom(16)).decode()
        headers = {**UPGRADE, "Sec-WebSocket-Key": self.key}
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
        self.socket = socket.create_connection((host, int(port)), PATIENCE_S)
        self.socket.sendall("\r\n".join([f"GET {path} HTTP/1.1", *lines, "\r\n"]).encode())
        self.input = self.socket.makefile("rb")
        self.status = int(self.input.readline().split()[1])
        self.headers = {}
        while line := self.input.readline().decode().strip():
            name, value = line.split(":", 1)
            self.headers[name.lower()] = value.strip()

    def close(self):
        self.input.close()
        self.socket.close()


class WebSocket(Http):
    """A connection that has become a WebSocket."""

    def __init__(self):
        super().__init__()
        same("the status", 101, self.status)

    def send(self, *frames):
        self.socket.sendall(b"".join(frames))

    def exactly(self, count):
        found = self.input.read(count)
        same("how much came", count, len(found))
        return found

    def read(self):
        """The next frame: its opcode and what it carries. None is fragmented or masked, none has reserved bits."""
        first, second = self.exactly(2)
        same("the final bit, alone", 0x80, first & 0xF0)
        same("the mask of a server", 0, second & 0x80)
        length = second
        if second == 126:
            (length,) = struct.unpack(">H", self.exactly(2))
        elif second == 127:
            (length,) = struct.unpack(">Q", self.exactly(8))
        return first & 0x0F, self.exactly(length)

    def told(self):
        """The next message, which is one object without a newline."""
        opcode, payload = self.read()
        same("the kind of a message", TEXT, opcode)
        same("newlines in a message", 0, payload.count(b"\n"))
        return json.loads(payload)

    def ask(self, op, **fields):
        self.send(text({"op": op, **fields}))
        return self.told()

    def closed(self, code):
        """Takes the server's close frame, answers it, and finds nothing behind it."""
        opcode, payload = self.read()
        same("the kind of the last frame", CLOSE, opcode)
        same("why it closes", code, struct.unpack(">H", payload[:2])[0])
        self.send(frame(CLOSE, payload[:2]))
        same("what comes behind the close frame", b"", self.input.read())
        self.close()

    def leave(self):
        self.send(frame(CLOSE, struct.pack(">H", 1000)))
        same("the answer to a close frame", (CLOSE, struct.pack(">H", 1000)), self.read())
        same("what comes behind the close frame", b"", self.input.read())
        self.close()


def check_handshake():
    """The handshake proves that it was understood, and names the format."""
    client = WebSocket()
    accept = base64.b64encode(hashlib.sha1((client.key + GUID).encode()).digest()).decode()
    same("the accept key", accept, client.headers["sec-websocket-accept"])
    same("the subprotocol", "chat.v1.json", client.headers["sec-websocket-protocol"])
    same("extensions", None, client.headers.get("sec-websocket-extensions"))
    client.leave()


def check_choice():
    """The format is found among others that the client speaks."""
    client = Http(Sec_WebSocket_Protocol="soap, chat.v1.json")
    same("the status", 101, client.status)
    same("the subprotocol", "chat.v1.json", client.headers["sec-websocket-protocol"])
    client.close()


def check_refused_handshakes():
    """What opens no WebSocket is told so by HTTP."""
    cases = [
        (400, Http(Sec_WebSocket_Protocol=None)),
        (400, Http(Sec_WebSocket_Protocol="chat.v1.custom")),
        (404, Http("/elsewhere")),
        (426, Http(Upgrade=None, Connection=None)),
        (426, Http(Sec_WebSocket_Version="8")),
    ]
    for status, client in cases:
        same("the status", status, client.status)
        words = client.input.read()
        same("how many words there are", int(client.headers["content-length"]), len(words))
        same("whether there are words", True, len(words) > 10)
        if status == 426:
            same("what to ask for", "websocket", client.headers["upgrade"])
        client.close()


def check_requests():
    """Requests are answered, and events come between."""
    client = WebSocket()
    limits = {"version": 1, "text_max_chars": 256, "page_max": 1000, "undo_grace_ms": 0}
    same("the greeting", {"reply": "hello", **limits}, client.ask(**HELLO))
    same("a ping of the format", {"reply": "ping"}, client.ask("ping"))
    same("the refusal", "not_logged_in", client.ask("unread")["error"])
    log_in(client, "user01")
    names = {"reply": "list_accounts", "names": ["user01"], "more": False}
    same("the accounts", names, client.ask("list_accounts", pattern="*", limit=10))
    # More than 125 bytes, so that the length has another form both ways.
    words = "Grüße " * 30
    client.send(text({"op": "send", "to": "user01", "text": words}))
    came = [client.told(), client.told()]
    (sent,) = [message for message in came if message.get("reply") == "send"]
    (event,) = [message["message"] for message in came if message.get("event") == "message_received"]
    same("the message", (sent["id"], "user01", words), (event["id"], event["from"], event["text"]))
    same("whether it was delivered", True, sent["delivered"])
    same("the farewell", {"reply": "delete_account"}, client.ask("delete_account"))
    client.leave()


def log_in(client, name):
    """Creates an account and logs in to it."""
    salt, nonce = os.urandom(16), os.urandom(18)
    keys = Keys("pencil", salt, 4096)
    made = {"salt": to_base64(salt), "stored_key": to_base64(keys.stored), "server_key": to_base64(keys.server)}
    same("the account", {"reply": "create_account"}, client.ask("create_account", name=name, iterations=4096, **made))
    challenge = client.ask("log_in_start", name=name, client_nonce=to_base64(nonce))
    signed = auth_message(name, nonce, base64.b64decode(challenge["server_nonce"]), salt, 4096)
    proof = to_base64(keys.proof(signed))
    session = client.ask("log_in_finish", login_id=challenge["login_id"], proof=proof)
    keys.check_server(signed, base64.b64decode(session["server_signature"]))


def check_fragments():
    """A message comes in fragments, and a ping between them is answered."""
    client = WebSocket()
    client.ask(**HELLO)
    first, middle, last = frame(TEXT, b'{"op":', fin=False), frame(FRAGMENT, b"", fin=False), frame(FRAGMENT, b'"ping"}')
    client.send(first, frame(PING, b"are you there?"), middle, last)
    answers = dict([client.read(), client.read()])
    same("the answers", {PONG: b"are you there?", TEXT: b'{"reply":"ping"}'}, answers)
    client.leave()


def check_malformed():
    """What makes no sense is refused, and the connection goes on."""
    client = WebSocket()
    client.ask(**HELLO)
    client.send(frame(TEXT, b"nonsense"), frame(TEXT, b'{"op":"shout"}'), text({"op": "ping"}))
    same("the first answer", "malformed", client.told()["error"])
    same("the second answer", "malformed", client.told()["error"])
    same("the third answer", {"reply": "ping"}, client.told())
    client.leave()


def check_limits():
    """A message of the longest length is looked at, a longer one is not, in however many fragments it comes."""
    client = WebSocket()
    client.ask(**HELLO)
    ping = b'{"op":"ping"}'
    client.send(frame(TEXT, ping.ljust(65_536)))
    same("the answer to the longest", {"reply": "ping"}, client.told())
    client.send(frame(TEXT, ping.ljust(40_000), fin=False), frame(FRAGMENT, b" " * 25_537))
    refused_and_closed(client, 1009, 65_536)
    client = WebSocket()
    # Its head says it all.
    client.send(frame(TEXT, b" " * 65_537)[:14])
    refused_and_closed(client, 1009, 65_536)


def refused_and_closed(client, code, detail=None):
    refusal = client.told()
    same("the refusal", ("frame_refused", detail), (refusal["error"], refusal.get("detail")))
    client.closed(code)


def check_closes():
    """Closing says what was wrong."""
    hello = json.dumps(HELLO).encode()
    cases = [
        (1003, frame(BINARY, hello)),
        (1007, frame(TEXT, b"\xff\xfe")),
        (1002, frame(TEXT, hello, masked=False)),
        (1002, frame(0x70 | TEXT, hello)),
        (1002, frame(FRAGMENT, hello)),
        (1002, frame(PING, b"", fin=False)),
    ]
    for code, wrong in cases:
        client = WebSocket()
        client.send(wrong)
        refused_and_closed(client, code)


def check_end():
    """When the server stops, it says so twice: by an event, and by the reason for which it closes."""
    client = WebSocket()
    client.ask(**HELLO)
    log_in(client, "user02")
    print("watching", flush=True)
    same("the event", {"event": "server_closing"}, client.told())
    client.closed(1001)


CHECKS = [
    check_handshake,
    check_choice,
    check_refused_handshakes,
    check_requests,
    check_fragments,
    check_malformed,
    check_limits,
    check_closes,
    check_end,
]


def main():
    for check in CHECKS:
        try:
            check()
        except (Failed, OSError) as error:
            print(f"FAILED {check.__doc__} {error}", flush=True)
            return 1
        print(f"ok {check.__doc__}", flush=True)
    return 0


sys.exit(main())
