"""Runs a Lambda handler: asks the runtime API for events, calls the handler, posts what it returns or raises.

Handed to `python3 -c` with the handler's name. Followed by `own-client`, it lets awslambdaric, AWS's own client, do it
where that can be imported.
Python 3.9 and newer, standard library only.
"""

import importlib
import importlib.util
import json
import logging
import os
import signal
import site
import socket
import sys
import threading
import time
import traceback
import urllib.request
from decimal import Decimal

ADDRESS = os.environ["AWS_LAMBDA_RUNTIME_API"]
# Nobody else on this machine is to take the event. The handler has no use for it.
SECRET = os.environ.pop("BEDROCK_OPS_RUNTIME_SECRET", "")
API = "http://" + ADDRESS + ("/" + SECRET if SECRET else "") + "/2018-06-01/runtime/"
# No proxy between a function and its own runtime API.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
HANDLER = sys.argv[1]


class Context:
    """What the handler is told of its invocation."""

    identity = None
    client_context = None
    current = None

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))


class RequestId(logging.Filter):
    """Gives each record the request that it belongs to."""

    def filter(self, record):
        record.aws_request_id = Context.current.aws_request_id if Context.current else ""
        return True


class OneEntry(logging.Formatter):
    """An entry of several lines stays one event of the log: a carriage return stands for the end of each but the last."""

    converter = time.gmtime

    def format(self, record):
        return super().format(record).replace("\n", "\r")


def set_up_logging():
    """As on Lambda: one handler on the root logger, whose level stays WARNING until somebody changes it."""
    handler = logging.StreamHandler(sys.stdout)
    layout = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    handler.setFormatter(OneEntry(layout, "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(RequestId())
    logging.getLogger().addHandler(handler)


class Fault(Exception):
    """An error of the runtime itself, such as a handler that is not there."""

    def __init__(self, kind, message, stack=()):
        super().__init__(message)
        self.error = {"errorType": "Runtime." + kind, "errorMessage": message, "stackTrace": list(stack)}


# In AWS's base images for Python, and so found there without being asked for.
OF_BASE_IMAGE = {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3"}


def hint(problem):
    """Why what works on Lambda may be missing here. Nothing where the interpreter lends what it has."""
    if not sys.flags.no_site:
        return ""
    name = (problem.name or "").split(".")[0]
    if isinstance(problem, ModuleNotFoundError) and name in OF_BASE_IMAGE:
        return " (AWS's base image has it, the emulator's has no packages: name it in requirements.txt)"
    compiled = (file for _, _, files in os.walk(os.environ["LAMBDA_TASK_ROOT"]) for file in files if file.endswith(".so"))
    for file in compiled:
        here = "%s with Python %d.%d" % ((sys.platform,) + sys.version_info[:2])
        return " (%s is compiled for Lambda's system and Python version, and the emulator runs on %s)" % (file, here)
    return ""


def find_handler():
    module_name, _, function_name = HANDLER.rpartition(".")
    if not module_name:
        raise Fault("MalformedHandlerName", "Bad handler '%s': it is not FILE.FUNCTION" % HANDLER)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as problem:
        text = "Unable to import module '%s': %s%s" % (module_name, problem, hint(problem))
        raise Fault("ImportModuleError", text)
    except SyntaxError as problem:
        where = '  File "%s", line %s\n    %s' % (problem.filename, problem.lineno, problem.text)
        raise Fault("UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, problem), [where])
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))


def described(problem):
    """An exception as it is posted. The loader's own frames, which have no file, are left out."""
    if isinstance(problem, Fault):
        return problem.error
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename != "<string>"]
    stack = traceback.format_list(frames)
    return {"errorType": type(problem).__name__, "errorMessage": str(problem), "stackTrace": stack}


def post(path, body):
    if not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    request = urllib.request.Request(API + path, body, {"Content-Type": "application/json"})
    try:
        OPENER.open(request).read()
    except urllib.error.HTTPError as refusal:
        # A reply that is too large: the runtime API has taken note of it.
        if refusal.code != 413:
            raise


def post_error(path, problem):
    error = described(problem)
    entry = ["[ERROR] %s: %s" % (error["errorType"], error["errorMessage"])]
    if error["stackTrace"]:
        entry += ["Traceback (most recent call last):", *error["stackTrace"]]
    # One event of the log, as in AWS's own client.
    print("\r".join(line.rstrip("\n").replace("\n", "\r") for line in entry))
    post(path, error)


def plain(value):
    """Numbers as DynamoDB gives them."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def serialized(result):
    if isinstance(result, bytes):
        return result
    try:
        return json.dumps(result, ensure_ascii=False, default=plain).encode("utf-8")
    except Exception as problem:
        raise Fault("MarshalError", "Unable to marshal response: %s" % problem)


def answer_one(handler):
    with OPENER.open(API + "invocation/next") as response:
        Context.current = context = Context(response.headers)
        event = json.loads(response.read())
        os.environ["_X_AMZN_TRACE_ID"] = response.headers["Lambda-Runtime-Trace-Id"]
    path = "invocation/" + context.aws_request_id
    # SystemExit is none of these: it ends the process, as it does on Lambda.
    try:
        reply = serialized(handler(event, context))
    except Exception as problem:
        post_error(path + "/error", problem)
    else:
        post(path + "/response", reply)


def end_with_the_runtime():
    """Should whoever started this be killed, nobody is left who ends it: a connection that closes tells of that."""
    host, port = ADDRESS.rsplit(":", 1)
    if not hasattr(os, "getpgid") or os.getpgid(0) != os.getpid():
        return
    connection = socket.create_connection((host, int(port)))

    def watch():
        try:
            connection.recv(1)
        except OSError:
            pass
        # All that the handler has started goes, too.
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def main():
    end_with_the_runtime()
    # The handler's folder, by its name: the handler may change to another.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    # `exit` and `quit`, which the interpreter leaves out together with its site-packages (-S); Lambda has them.
    site.setquit()
    own_client = "own-client" in sys.argv[2:] and importlib.util.find_spec("awslambdaric")
    if own_client and importlib.util.find_spec("runtime_client"):
        del sys.argv[2:]
        import runpy

        # On Linux the runtime API knows a process of its own user without it.
        if SECRET and sys.platform != "linux":
            os.environ["AWS_LAMBDA_RUNTIME_API"] = ADDRESS + "/" + SECRET
        runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)
        return
    set_up_logging()
    try:
        handler = find_handler()
    except Exception as problem:
        post_error("init/error", problem)
        sys.exit(1)
    while True:
        answer_one(handler)


main()
