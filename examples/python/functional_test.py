"""The functional test, step by step, against a server that is running: each step builds on those before.

    chat serve --listen json=127.0.0.1:54401 --store memory
    python3 functional_test.py 127.0.0.1:54401

Prints a line for each step; exit code 1 says that one failed. Other clients are tested by `run`, if they have the functions
of `chat_client.Client`.
"""

import sys

from chat_client import Client, Refused

FIRST, SECOND = "TestUser1", "TestUser2"
INJECTION = "'); DROP TABLE messages; DELETE FROM accounts WHERE ('1'='1'; --"


class Failed(Exception):
    """Something else came than was expected."""


def same(what, expected, found):
    if expected != found:
        raise Failed(f"{what}: expected {expected!r}, but there was {found!r}")


def refused(name, function, *arguments):
    """Checks that the server refuses, and for the reason of that name; gives the number that goes with it."""
    try:
        answer = function(*arguments)
    except Refused as refusal:
        same("the refusal", name, refusal.name)
        return refusal.detail
    raise Failed(f"expected the refusal {name}, but the answer was {answer!r}")


def texts(messages):
    return [message["text"] for message in messages]


class Test:
    """The two users, and what they have sent."""

    def __init__(self, connect):
        self.first, self.second = connect(), connect()
        self.sent = []

    def close(self):
        self.first.close()
        self.second.close()

    def send_waiting(self, text):
        """The first sends to the second, who is not there."""
        message_id, delivered = self.first.send(SECOND, text)
        self.sent.append(message_id)
        same("whether an event went out", False, delivered)

    def waits(self, *expected):
        same("what waits", list(expected), texts(self.first.history(SECOND, 10)))

    def unread_is(self, count):
        same("the unread counts", {FIRST: count}, self.second.unread())

    def create_first(self):
        self.first.create_account(FIRST, "pencil")

    def create_first_again(self):
        refused("account_exists", self.first.create_account, FIRST, "other")

    def log_into_nobody(self):
        refused("no_such_account", self.second.log_in, SECOND, "pencil")

    def create_second(self):
        self.second.create_account(SECOND, "pencil")

    def log_in_with_hello(self):
        refused("incorrect_password", self.second.log_in, SECOND, "hello")

    def log_in_first(self):
        same("the unread count", 0, self.first.log_in(FIRST, "pencil"))

    def log_in_second(self):
        same("the unread count", 0, self.second.log_in(SECOND, "pencil"))

    def log_out_second(self):
        self.second.log_out()

    def send_1(self):
        self.send_waiting("1")

    def send_nothing(self):
        refused("text_empty", self.first.send, SECOND, "")
        self.waits("1")

    def send_injection(self):
        self.send_waiting(INJECTION)
        self.waits(INJECTION, "1")
        same("the accounts", [FIRST, SECOND], self.first.list_accounts("TestUser?"))

    def delete_injection(self):
        message_id = self.sent.pop()
        same("what was deleted", [message_id], self.first.delete_messages([message_id]))
        self.waits("1")

    def send_too_long(self):
        same("the limit", 256, refused("text_too_long", self.first.send, SECOND, "x" * 257))

    def send_2(self):
        self.send_waiting("2")

    def send_3(self):
        self.send_waiting("3")

    def log_in_second_again(self):
        same("the unread count", 3, self.second.log_in(SECOND, "pencil"))

    def three_unread(self):
        self.unread_is(3)

    def open_conversation(self):
        history = self.second.history(FIRST, 3)
        same("what is marked as read", [False] * 3, [message["read"] for message in history])
        refused("limit_not_allowed", self.second.read, 0)
        self.unread_is(3)

    def read_two(self):
        messages = self.second.read(2, FIRST)
        same("the messages", ["1", "2"], texts(messages))
        same("their ids", self.sent[:2], [message["id"] for message in messages])

    def one_unread(self):
        self.unread_is(1)

    def view_more(self):
        refused("limit_not_allowed", self.second.read, 0)
        self.unread_is(1)

    def read_five(self):
        same("how many wait", 1, refused("not_enough_unread", self.second.read, 5))

    def read_a(self):
        refused("malformed", self.second.read, "a")
        self.unread_is(1)

    def read_one(self):
        same("the messages", ["3"], texts(self.second.read(1)))

    def send_hello(self):
        _, delivered = self.second.send(FIRST, "hello")
        same("whether an event went out", True, delivered)

    def hello_is_there(self):
        event = self.first.next_event()
        same("the event", "message_received", event["event"])
        message = event["message"]
        same("the message", ("hello", SECOND), (message["text"], message["from"]))
        self.first.mark_read(SECOND, message["id"])
        same("what is unread", {}, self.first.unread())

    def delete_second(self):
        self.second.delete_account()

    def no_conversation(self):
        same("the event", {"event": "account_deleted", "name": SECOND}, self.first.next_event())
        refused("no_such_account", self.first.history, SECOND, 1)
        same("what is unread", {}, self.first.unread())

    def create_second_again(self):
        self.second.create_account(SECOND, "pencil")

    def empty_history(self):
        same("what the first sees", [], self.first.history(SECOND, 10))
        same("the unread count", 0, self.second.log_in(SECOND, "pencil"))
        same("what the second sees", [], self.second.history(FIRST, 10))

    def delete_second_again(self):
        self.second.delete_account()

    def delete_first(self):
        self.first.delete_account()


STEPS = [
    ("create TestUser1", "success", Test.create_first),
    ("create TestUser1", "error: account already exists", Test.create_first_again),
    ("log into TestUser2", "error: user doesn't exist", Test.log_into_nobody),
    ("create TestUser2", "success", Test.create_second),
    ('log into TestUser2 with password "hello"', "error: incorrect password", Test.log_in_with_hello),
    ("log into TestUser1", "success", Test.log_in_first),
    ("log into TestUser2", "success", Test.log_in_second),
    ("log out of TestUser2", "success", Test.log_out_second),
    ('TestUser1 sends TestUser2 "1" (who is offline)', "accepted, waits for TestUser2", Test.send_1),
    ('TestUser1 sends TestUser2 ""', "nothing is received", Test.send_nothing),
    ("TestUser1 sends TestUser2 an SQL injection", "exactly that string waits", Test.send_injection),
    ("TestUser1 deletes that message", "success", Test.delete_injection),
    ("TestUser1 sends TestUser2 257 characters", "error: message too long", Test.send_too_long),
    ('TestUser1 sends TestUser2 "2"', "accepted", Test.send_2),
    ('TestUser1 sends TestUser2 "3"', "accepted", Test.send_3),
    ("log into TestUser2", "success", Test.log_in_second_again),
    ("TestUser2 asks for its unread count", "3", Test.three_unread),
    ("TestUser2 opens the conversation with TestUser1", "is asked how many to read", Test.open_conversation),
    ("TestUser2 reads 2", '"1", then "2"', Test.read_two),
    ("TestUser2 asks for its unread count", "1", Test.one_unread),
    ("TestUser2 asks to view more", "is asked how many", Test.view_more),
    ("TestUser2 asks for 5", "error: more than there are", Test.read_five),
    ("TestUser2 asks for 'a'", "error: must be an integer", Test.read_a),
    ("TestUser2 reads 1", '"3"', Test.read_one),
    ('TestUser2 sends TestUser1 "hello" (both online)', "success", Test.send_hello),
    ("TestUser1 opens the conversation with TestUser2", '"hello" came live', Test.hello_is_there),
    ("delete TestUser2", "success", Test.delete_second),
    ("TestUser1 looks for the conversation with TestUser2", "there is none", Test.no_conversation),
    ("create TestUser2 again", "success", Test.create_second_again),
    ("look at the history between the two", "empty", Test.empty_history),
    ("delete TestUser2", "success", Test.delete_second_again),
    ("delete TestUser1", "success", Test.delete_first),
]


def run(connect):
    """Runs all steps with clients that `connect` opens; gives whether all passed. Steps behind a failure do not run."""
    test = Test(connect)
    try:
        for number, (step, expected, function) in enumerate(STEPS, 1):
            try:
                function(test)
            except (Failed, Refused, ConnectionError) as error:
                print(f"FAILED {number:2} {step}: {expected}; {error}", flush=True)
                return False
            print(f"ok {number:2} {step}: {expected}", flush=True)
        return True
    finally:
        test.close()


def main(arguments):
    if len(arguments) != 1 or ":" not in arguments[0]:
        print("usage: functional_test.py HOST:PORT", file=sys.stderr)
        return 2
    host, _, port = arguments[0].rpartition(":")
    return 0 if run(lambda: Client(host, int(port), iterations=4096)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
