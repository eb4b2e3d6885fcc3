"""What is known of the names that pickles import: the frameworks' own types on one list, what runs things on another.

The rule is the first list (``harmless``): what is not on it is not safe. This one only tells what is known to be
dangerous from what is merely unknown.
"""

from __future__ import annotations

from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from typing import Literal, TypeAlias

from .harmless import HARMLESS

Kind: TypeAlias = Literal["safe", "unsafe", "unknown"]

SCRIPT = "__torch__"
"""Package of the classes that a TorchScript archive defines itself; its loader never looks for them in Python."""


def kind(module: str, name: str, *, script: bool = False) -> Kind:
    """Return what is known of a global; ``script`` says that it stands in a TorchScript archive."""
    found, inside = current(module, name)
    if inside in HARMLESS.get(found, ()):
        return "safe"
    if script and found.partition(".")[0] == SCRIPT:
        return "safe"
    return "unsafe" if _is_dangerous(module, name) or _is_dangerous(found, inside) else "unknown"


def current(module: str, name: str) -> tuple[str, str]:
    """Return the name by which Python 3 imports what a pickle of Python 2 names so."""
    if (module, name) in NAME_MAPPING:
        return NAME_MAPPING[module, name]
    return IMPORT_MAPPING.get(module, module), name


def is_name(text: str) -> bool:
    """Whether a text is one that Python code could import by: bytes that only happen to look like opcodes have none.

    Directories of modules may have hyphens: ``lib-dynload`` is on every path.
    """
    return all(part.replace("-", "_").isidentifier() for part in text.split("."))


def _is_dangerous(module: str, name: str) -> bool:
    parts = module.split(".")
    if any(".".join(parts[:end]) in DANGEROUS_MODULES for end in range(1, len(parts) + 1)):
        return True
    path = name.split(".")
    if not DANGEROUS_NAMES.get(module, _NOTHING).isdisjoint((path[0], name)):
        return True
    # Python 3.4 and later follow dots: any module has imported others, so ("json.codecs", "sys.modules") leads far.
    return not _DANGEROUS_PARTS.isdisjoint(path)


_NOTHING: frozenset[str] = frozenset()

DANGEROUS_MODULES = frozenset(
    """
    os posix nt posixpath ntpath subprocess _posixsubprocess sys pty commands popen2 shutil
    socket _socket socketserver ssl _ssl http httplib urllib urllib2 urllib3 requests httpx aiohttp websockets
    ftplib smtplib poplib imaplib nntplib telnetlib xmlrpc xmlrpclib paramiko fabric webbrowser antigravity wsgiref
    runpy code codeop pdb bdb cProfile profile trace timeit doctest unittest test pydoc
    importlib _frozen_importlib _frozen_importlib_external imp pkgutil zipimport zipapp modulefinder site
    pip _pip setuptools pkg_resources distutils ensurepip venv virtualenv
    ctypes _ctypes cffi _cffi_backend mmap resource signal
    multiprocessing _multiprocessing concurrent asyncio _asyncio threading _thread thread sched atexit
    pickle _pickle cPickle dill cloudpickle marshal shelve dbm jsonpickle
    tempfile fileinput linecache tarfile zipfile sqlite3 _sqlite3 cgitb
    functools _functools operator _operator gc types
    idlelib lib2to3 turtledemo tkinter _tkinter rlcompleter cmd
    _osx_support _aix_support _pyrepl _bootsubprocess _testcapi _xxsubinterpreters _interpreters
    IPython ipykernel nbconvert pexpect sh plumbum invoke psutil docker jinja2 mako yaml
    numpy.f2py numpy.testing numpy.distutils numpy.ctypeslib numpy.lib.npyio numpy.lib._npyio_impl numpy.lib.format
    numpy.lib._format_impl scipy.weave pandas.io pandas.core.computation joblib.externals joblib.memory joblib.parallel
    torch.hub torch.package torch.serialization torch.distributed.rpc torch.distributed.elastic torch.distributed.run
    torch.distributed.launch torch._dynamo torch._inductor torch._export torch.export torch.fx torch.multiprocessing
    torch.utils.cpp_extension torch.utils._config_module torch.utils.bottleneck torch.utils.collect_env torch.utils.model_zoo
    torch.utils.data.datapipes torch.utils.hipify torch.utils.show_pickle torch.jit.unsupported_tensor_ops torch.jit.frontend
    torch.classes torch._classes torch.ops torch._ops
    keras.saving keras.models keras.src.saving keras.src.models tensorflow.python.saved_model tensorflow.python.keras.saving
    huggingface_hub transformers.utils.hub transformers.dynamic_module_utils sklearn.datasets sklearn.externals
    nltk.downloader nltk.data spacy.cli gradio streamlit pyspark ray
    """.split()
)
"""Modules that run programs or code, reach other files or the network, or can be led to do so; with all below them."""

DANGEROUS_NAMES: dict[str, frozenset[str]] = {
    module: frozenset(names.split())
    for module, names in {
        "builtins": "eval exec execfile compile open file input raw_input breakpoint __import__ getattr setattr delattr "
        "apply reload globals locals vars dir map filter super classmethod staticmethod property memoryview help exit quit "
        "__build_class__ __loader__ __spec__ __dict__",
        "io": "open FileIO OpenWrapper open_code",
        "_io": "open FileIO OpenWrapper open_code",
        "logging": "FileHandler",
        "logging.config": "dictConfig fileConfig listen",
        "logging.handlers": "RotatingFileHandler TimedRotatingFileHandler SocketHandler HTTPHandler SMTPHandler",
        "gzip": "open GzipFile",
        "bz2": "open BZ2File",
        "lzma": "open LZMAFile",
        "codecs": "open",
        "platform": "popen _syscmd_ver _syscmd_file",
        "uuid": "_get_command_stdout getnode",
        "dataclasses": "make_dataclass _create_fn",
        "typing": "get_type_hints ForwardRef",
        "inspect": "getattr_static getsource",
        "numpy": "load save savez loadtxt savetxt genfromtxt fromfile fromregex memmap vectorize frompyfunc apply_along_axis",
        "numpy.core.multiarray": "fromfile",
        "numpy._core.multiarray": "fromfile",
        "numpy.core.memmap": "memmap",
        "numpy._core.memmap": "memmap",
        "pandas": "read_pickle eval HDFStore read_csv",
        "pandas.core.frame": "DataFrame.eval DataFrame.query DataFrame.to_pickle",
        "joblib": "load dump Memory Parallel",
        "joblib.numpy_pickle": "load _unpickle NumpyUnpickler dump",
        "torch": "load save hub compile utils ops classes jit fx package serialization multiprocessing",
        "torch.jit": "load",
        "torch.jit._serialization": "load",
        "torch._utils": "_import_dotted_name",
        "torch._C": "import_ir_module PyTorchFileReader",
        "torch.distributed.nn.api.remote_module": "RemoteModule",
        "torch.fx.experimental.symbolic_shapes": "ShapeEnv",
        "torch.utils": "cpp_extension model_zoo bottleneck",
        "scipy.io": "loadmat",
        "transformers": "pipeline",
        "transformers.pipelines": "pipeline",
        "six": "exec_ moves reraise",
    }.items()
}
"""Module → what in it runs something; the rest of the module is merely unknown."""

_DANGEROUS_PARTS = frozenset(
    """
    system popen Popen check_output check_call getoutput getstatusoutput execv execve execl execlp execvp spawnl spawnv
    posix_spawn forkpty startfile eval exec execfile __import__ import_module run_module run_path runcode load_module exec_module
    os sys posix nt subprocess builtins __builtins__ importlib shutil socket ctypes runpy pickle cPickle
    __subclasses__ __globals__ __code__ __getattribute__ __reduce__ __reduce_ex__ __bases__ __mro__ __closure__
    """.split()
)
"""Parts of a dotted name that run something, or lead to what does, wherever they are found."""
