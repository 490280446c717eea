"""The functional test over gRPC, and what else others expect of it, by grpcio and stubs that grpcio-tools generates from
chat.proto. Nothing here is this project's but the steps of the functional test.

    client.py ADDRESS PROTO_DIRECTORY EXAMPLES_DIRECTORY

Prints a line for each thing that holds. After the line `watching` the server is to be stopped. Exit code 1 says that
something did not hold.
"""

import importlib
import os
import pathlib
import sys
import tempfile

import grpc
import grpc_tools
from google.protobuf import descriptor_pool
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_status import rpc_status
from grpc_tools import protoc

ADDRESS, PROTO, EXAMPLES = sys.argv[1:]
# Bounds what would hang; nothing waits for it when all is well.
PATIENCE_S = 60
SERVICE = "chat.v1.Chat"

GENERATED = tempfile.TemporaryDirectory()
includes = pathlib.Path(grpc_tools.__file__).parent / "_proto"
outputs = [f"--{kind}_out={GENERATED.name}" for kind in ("python", "grpc_python")]
if protoc.main(["protoc", f"-I{PROTO}", f"-I{includes}", *outputs, "chat.proto"]) != 0:
    raise SystemExit("chat.proto cannot be compiled")
sys.path[:0] = [GENERATED.name, EXAMPLES]
chat = importlib.import_module("chat_pb2")
stubs = importlib.import_module("chat_pb2_grpc")
functional_test = importlib.import_module("functional_test")
from chat_client import Keys, Refused, auth_message, to_base64
from functional_test import same


def error_info(error):
    """What a status says in its details."""
    status = rpc_status.from_call(error)
    if status is None:
        raise functional_test.Failed(f"{error.code()} without details: {error.details()}")
    same("the code in the details", error.code().value[0], status.code)
    same("the sentence in the details", error.details(), status.message)
    info = error_details_pb2.ErrorInfo()
    if not status.details[0].Unpack(info):
        raise functional_test.Failed(f"the details are {status.details[0].type_url}")
    same("the domain", "chat.v1", info.domain)
    return info


class Client:
    """A session over a channel of its own, with the functions of the example's client."""

    ITERATIONS = 4096

    def __init__(self):
        self.channel = grpc.insecure_channel(ADDRESS)
        self.stub = stubs.ChatStub(self.channel)
        self.token = None
        self.events = None
        self.call("Hello", version=1)

    def close(self):
        self.channel.close()

    def metadata(self):
        return [("authorization", f"Bearer {to_base64(self.token)}")] if self.token else []

    def call(self, method, **fields):
        request = getattr(chat, f"{method}Request")(**fields)
        return self.answer(getattr(self.stub, method), request)

    def answer(self, method, request):
        try:
            return method(request, metadata=self.metadata(), timeout=PATIENCE_S)
        except grpc.RpcError as error:
            info = error_info(error)
            detail = info.metadata.get("detail")
            raise Refused(info.reason.lower(), detail and int(detail), error.details()) from None

    def create_account(self, name, password):
        salt = os.urandom(16)
        keys = Keys(password, salt, self.ITERATIONS)
        self.call(
            "CreateAccount",
            name=name,
            salt=salt,
            iterations=self.ITERATIONS,
            stored_key=keys.stored,
            server_key=keys.server,
        )

    def log_in(self, name, password):
        nonce = os.urandom(18)
        challenge = self.call("LogInStart", name=name, client_nonce=nonce)
        keys = Keys(password, challenge.salt, challenge.iterations)
        signed = auth_message(name, nonce, challenge.server_nonce, challenge.salt, challenge.iterations)
        session = self.call("LogInFinish", login_id=challenge.login_id, proof=keys.proof(signed))
        keys.check_server(signed, session.server_signature)
        self.token = session.token
        self.events = self.stub.Subscribe(chat.SubscribeRequest(), metadata=self.metadata())
        # The headers say that the account is online.
        self.events.initial_metadata()
        return session.unread

    def log_out(self):
        self.call("LogOut")
        same("what comes behind the last event", [], list(self.events))
        self.token = None

    def delete_account(self):
        self.call("DeleteAccount")
        self.token = None

    def list_accounts(self, pattern="", limit=1000):
        return list(self.call("ListAccounts", pattern=pattern, limit=limit).names)

    def send(self, to, text):
        sent = self.call("Send", to=to, text=text)
        return sent.id, sent.delivered

    def unread(self):
        return {count.peer: count.count for count in self.call("Unread").counts}

    def read(self, limit, peer=None):
        if isinstance(limit, str):
            return self.read_text(limit)
        return as_dicts(self.call("Read", limit=limit, peer=peer).messages)

    def read_text(self, limit):
        """Asks for a number of messages that is a text: no stub says that, so the bytes of the field are made by hand."""
        method = self.channel.unary_unary(f"/{SERVICE}/Read", request_serializer=bytes)
        return self.answer(method, b"\x12" + bytes([len(limit)]) + limit.encode())

    def mark_read(self, peer, up_to):
        self.call("MarkRead", peer=peer, up_to=up_to)

    def history(self, peer, limit):
        return as_dicts(self.call("History", peer=peer, limit=limit).messages)

    def delete_messages(self, ids):
        return list(self.call("DeleteMessages", ids=ids).ids)

    def next_event(self):
        event = next(self.events)
        kind = event.WhichOneof("event")
        fields = getattr(event, kind)
        if kind == "message_received":
            return {"event": kind, "message": as_dicts([fields])[0]}
        return {"event": kind, **as_dicts([fields])[0]}


def as_dicts(messages):
    return [{field.name: getattr(message, field.name) for field in message.DESCRIPTOR.fields} for message in messages]


def failure(call, *arguments, **options):
    """The error that a call ends with."""
    try:
        answer = call(*arguments, **options)
        list(answer if hasattr(answer, "__next__") else [])
    except grpc.RpcError as error:
        return error
    raise functional_test.Failed("the call went well")


def check_details(client):
    """A refusal has a code, a reason and the number that goes with it, and the same in metadata."""
    request = chat.ResumeRequest(token=bytes(16))
    error = failure(client.stub.Resume, request)
    same("the code", grpc.StatusCode.UNAUTHENTICATED, error.code())
    same("the reason", "SESSION_ENDED", error_info(error).reason)
    same("the name", "session_ended", dict(error.trailing_metadata())["chat-error"])
    error = failure(client.stub.Hello, chat.HelloRequest(version=2))
    same("the code", grpc.StatusCode.FAILED_PRECONDITION, error.code())
    same("the number", {"detail": "1"}, dict(error_info(error).metadata))


def check_limits(client):
    """A request past the longest is refused, with the limit."""
    error = failure(client.stub.Send, chat.SendRequest(to="a", text="x" * 65_536))
    same("the code", grpc.StatusCode.RESOURCE_EXHAUSTED, error.code())
    info = error_info(error)
    same("the reason", ("FRAME_REFUSED", "65536"), (info.reason, info.metadata["detail"]))


def check_deadlines(client):
    """A stream of events ends when its time is over."""
    client.create_account("punctual", "pencil")
    client.log_in("punctual", "pencil")
    late = client.stub.Subscribe(chat.SubscribeRequest(), metadata=client.metadata(), timeout=0.05)
    error = failure(lambda: late)
    same("the code", grpc.StatusCode.DEADLINE_EXCEEDED, error.code())
    client.delete_account()


def check_reflection(client):
    """Who has no chat.proto is told what is in it."""
    database = ProtoReflectionDescriptorDatabase(client.channel)
    for service in (SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"):
        same(f"whether {service} is there", True, service in database.get_services())
    told = descriptor_pool.DescriptorPool(database).FindServiceByName(SERVICE)
    here = chat.DESCRIPTOR.services_by_name["Chat"]
    methods = [[(m.name, m.input_type.full_name, m.output_type.full_name) for m in s.methods] for s in (here, told)]
    same("the methods", *methods)


def check_reflection_v1(client):
    """The later version of reflection has the same messages under another name."""
    method = client.channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    answers = method(iter([reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE)]))
    files = [list(answer.file_descriptor_response.file_descriptor_proto) for answer in answers]
    same("the file", [[True]], [[b"chat.proto" in file for file in answer] for answer in files])


def check_unknown(client):
    """What is no service of this server is told apart from what fails."""
    method = client.channel.unary_unary("/chat.v2.Chat/Ping", request_serializer=bytes)
    same("the code", grpc.StatusCode.UNIMPLEMENTED, failure(method, b"").code())


def check_health(client):
    """The server and its service are well; others are not there."""
    health = health_pb2_grpc.HealthStub(client.channel)
    for service in ("", SERVICE):
        status = health.Check(health_pb2.HealthCheckRequest(service=service)).status
        same(f"the health of {service!r}", health_pb2.HealthCheckResponse.SERVING, status)
    error = failure(health.Check, health_pb2.HealthCheckRequest(service="chat.v2.Chat"))
    same("the code", grpc.StatusCode.NOT_FOUND, error.code())


def check_health_at_the_end(client):
    """Who watches hears that the server stops."""
    health = health_pb2_grpc.HealthStub(client.channel)
    said = health_pb2.HealthCheckResponse
    watch = health.Watch(health_pb2.HealthCheckRequest(service=SERVICE), timeout=PATIENCE_S)
    same("the health", said.SERVING, next(watch).status)
    unknown = health.Watch(health_pb2.HealthCheckRequest(service="chat.v2.Chat"), timeout=PATIENCE_S)
    same("the health of nobody", said.SERVICE_UNKNOWN, next(unknown).status)
    print("watching", flush=True)
    same("the health at the end", [said.NOT_SERVING], [answer.status for answer in watch])
    same("what is said of nobody at the end", [], [answer.status for answer in unknown])


CHECKS = [
    check_details,
    check_limits,
    check_deadlines,
    check_reflection,
    check_reflection_v1,
    check_unknown,
    check_health,
    check_health_at_the_end,
]


def main():
    if not functional_test.run(Client):
        return 1
    client = Client()
    for check in CHECKS:
        try:
            check(client)
        except functional_test.Failed as error:
            print(f"FAILED {check.__doc__} {error}", flush=True)
            return 1
        print(f"ok {check.__doc__}", flush=True)
    return 0


sys.exit(main())
