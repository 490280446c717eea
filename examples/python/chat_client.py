"""A client of the chat service in the format `json` (proto/json.md), with nothing but Python's standard library.

    with Client("127.0.0.1", 54401) as client:
        client.create_account("ann", "correct horse")
        unread = client.log_in("ann", "correct horse")
        client.send("bob", "hello")
        print(client.next_event())

Messages and events are the objects of the format, as dicts. What the server refuses is raised as `Refused`.
"""

import base64
import collections
import hashlib
import hmac
import json
import os
import socket

VERSION = 1

# As many as OWASP recommends; a server refuses fewer than 4096.
ITERATIONS = 600_000


class Refused(Exception):
    """The server did not do it: `name` is stable, `detail` is the number that goes with some refusals, or None."""

    def __init__(self, name, detail=None, message=""):
        super().__init__(message or name)
        self.name = name
        self.detail = detail


class Keys:
    """What a password is hashed to (RFC 5802, section 3). Of these, a server learns `stored` and `server`."""

    def __init__(self, password, salt, iterations):
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
        self.client = _hmac(salted, b"Client Key")
        self.stored = hashlib.sha256(self.client).digest()
        self.server = _hmac(salted, b"Server Key")

    def proof(self, auth_message):
        """Shows the server that the password is known."""
        signature = _hmac(self.stored, auth_message)
        return bytes(key ^ mask for key, mask in zip(self.client, signature))

    def check_server(self, auth_message, signature):
        """Makes sure that the server knows the password's verifier."""
        if not hmac.compare_digest(_hmac(self.server, auth_message), signature):
            raise ConnectionError("the server cannot prove that it knows the account: do not trust it")


def auth_message(name, client_nonce, server_nonce, salt, iterations):
    """What both ends sign (RFC 5802, section 3), rebuilt from the fields of the log-in."""
    client_half, server_half = to_base64(client_nonce), to_base64(server_nonce)
    both = f"r={client_half}{server_half}"
    parts = [f"n={name},r={client_half}", f"{both},s={to_base64(salt)},i={iterations}", f"c=biws,{both}"]
    return ",".join(parts).encode()


def to_base64(data):
    return base64.b64encode(data).decode()


def _hmac(key, data):
    return hmac.digest(key, data, "sha256")


class Client:
    """A connection, which says hello when it opens. Replies come in the order of requests, events between them."""

    def __init__(self, host, port, iterations=ITERATIONS):
        self.iterations = iterations
        self.events = collections.deque()
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lines = self.socket.makefile("r", encoding="utf-8", newline="\n")
        self.limits = self.call("hello", version=VERSION)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.lines.close()
        self.socket.close()

    def call(self, op, **fields):
        """Sends a request and waits for its reply; fields that are None are left out."""
        request = {"op": op, **{name: value for name, value in fields.items() if value is not None}}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            said = self._next()
            if "error" in said:
                raise Refused(said["error"], said.get("detail"), said["message"])
            if "reply" in said:
                return said
            self.events.append(said)

    def next_event(self):
        """The next event, waiting for it if need be."""
        return self.events.popleft() if self.events else self._next()

    def _next(self):
        line = self.lines.readline()
        if not line:
            raise ConnectionError("the server closed the connection")
        return json.loads(line)

    def create_account(self, name, password):
        salt = os.urandom(16)
        keys = Keys(password, salt, self.iterations)
        self.call(
            "create_account",
            name=name,
            salt=to_base64(salt),
            iterations=self.iterations,
            stored_key=to_base64(keys.stored),
            server_key=to_base64(keys.server),
        )

    def log_in(self, name, password):
        """Logs in; gives how many unread messages wait. The password stays here."""
        client_nonce = os.urandom(18)
        challenge = self.call("log_in_start", name=name, client_nonce=to_base64(client_nonce))
        salt = base64.b64decode(challenge["salt"])
        server_nonce = base64.b64decode(challenge["server_nonce"])
        iterations = challenge["iterations"]
        keys = Keys(password, salt, iterations)
        signed = auth_message(name, client_nonce, server_nonce, salt, iterations)
        proof = to_base64(keys.proof(signed))
        session = self.call("log_in_finish", login_id=challenge["login_id"], proof=proof)
        keys.check_server(signed, base64.b64decode(session["server_signature"]))
        return session["unread"]

    def log_out(self):
        self.call("log_out")

    def delete_account(self):
        self.call("delete_account")

    def list_accounts(self, pattern="", limit=1000):
        return self.call("list_accounts", pattern=pattern, limit=limit)["names"]

    def send(self, to, text):
        """Sends a message; gives its id, and whether the recipient is hearing of it at once."""
        sent = self.call("send", to=to, text=text)
        return sent["id"], sent["delivered"]

    def unread(self):
        """How many unread messages wait, by peer."""
        return {count["peer"]: count["count"] for count in self.call("unread")["counts"]}

    def read(self, limit, peer=None):
        """Takes that many unread messages, oldest first, and marks them as read."""
        return self.call("read", limit=limit, peer=peer)["messages"]

    def mark_read(self, peer, up_to):
        self.call("mark_read", peer=peer, up_to=up_to)

    def history(self, peer, limit):
        """The last messages of a conversation, newest first."""
        return self.call("history", peer=peer, limit=limit)["messages"]

    def delete_messages(self, ids):
        """Deletes messages for both parties; gives the ids of those that were deleted."""
        return self.call("delete_messages", ids=ids)["ids"]
