"""The names that a pickle may import and still be called safe: types of Python, NumPy, PyTorch and scikit-learn.

What is on this list does no more than make an object out of its arguments, whatever they are: it runs no code given to it,
imports nothing by a name given to it, opens no file, reaches no network. Functions that call what is given to
them are here only if nothing but other entries can be given to them. To add a name, make sure of that
in its source first: the list is what "safe" means.
"""

from __future__ import annotations

from .estimators import SKLEARN


def _under(prefixes: str, table: dict[str, str]) -> dict[str, frozenset[str]]:
    """Return module → names, each module under every prefix: packages were renamed over the years."""
    found: dict[str, frozenset[str]] = {}
    for prefix in prefixes.split():
        for module, names in table.items():
            where = f"{prefix}.{module}".rstrip(".")
            found[where] = found.get(where, frozenset()) | frozenset(names.split())
    return found


_PYTHON = {
    "builtins": "bool bytearray bytes complex dict float frozenset int list object set slice range str tuple",
    "collections": "Counter OrderedDict defaultdict deque",
    "copyreg": "_reconstructor __newobj__ __newobj_ex__",
    "_codecs": "encode",
    "datetime": "date datetime time timedelta timezone",
    "decimal": "Decimal",
    "pathlib": "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
    "pathlib._local": "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
    "argparse": "Namespace",
    "types": "SimpleNamespace",
}

_NUMPY = {
    "": "dtype ndarray bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 intc uintc longlong ulonglong "
    "float16 float32 float64 longdouble complex64 complex128 str_ bytes_ void datetime64 timedelta64",
    "ma.core": "MaskedArray _mareconstruct",
    "random._pickle": "__bit_generator_ctor __generator_ctor __randomstate_ctor",
    "random._mt19937": "MT19937",
    "random._pcg64": "PCG64 PCG64DXSM",
    "random._philox": "Philox",
    "random._sfc64": "SFC64",
    "random.bit_generator": "SeedSequence __pyx_unpickle_SeedSequence",
    "ma": "MaskedArray",
}
_NUMPY_CORE = {"multiarray": "_reconstruct scalar", "numeric": "_frombuffer"}

_SPARSE = "csr csc coo dia bsr"
_SCIPY = {f"_{form}": f"{form}_matrix {form}_array" for form in _SPARSE.split()} | {
    form: f"{form}_matrix" for form in _SPARSE.split()
}

_JOBLIB = {"numpy_pickle": "NumpyArrayWrapper"}

_ELEMENTS = "BFloat16 Bool Byte Char ComplexDouble ComplexFloat Double Float Half Int Long QInt32 QInt8 QUInt2x4 QUInt4x2 QUInt8 Short"
_STORAGES = " ".join(f"{name}Storage" for name in _ELEMENTS.split())
_TENSORS = " ".join(
    f"{name}Tensor" for name in "BFloat16 Bool Byte Char Double Float Half Int Long Short".split()
)

_TORCH = {
    "": f"{_STORAGES} {_TENSORS} Size Tensor device "
    "bfloat16 bits16 bits1x8 bits2x4 bits4x2 bits8 bool complex128 complex32 complex64 float16 float32 float64 "
    "float4_e2m1fn_x2 float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu "
    "int1 int2 int3 int4 int5 int6 int7 int8 int16 int32 int64 uint1 uint2 uint3 uint4 uint5 uint6 uint7 uint8 uint16 uint32 uint64 "
    "qint32 qint8 quint2x4 quint4x2 quint8 "
    "per_channel_affine per_channel_affine_float_qparams per_channel_symmetric per_tensor_affine per_tensor_symmetric",
    "cuda": f"{_STORAGES} {_TENSORS}",
    "sparse": _TENSORS,
    "cuda.sparse": _TENSORS,
    "storage": "TypedStorage UntypedStorage _TypedStorage _UntypedStorage _load_from_bytes",
    "_utils": "_rebuild_device_tensor_from_cpu_tensor _rebuild_device_tensor_from_numpy _rebuild_meta_tensor_no_storage "
    "_rebuild_nested_tensor _rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor "
    "_rebuild_sparse_csr_tensor _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_wrapper_subclass",
    "_tensor": "_rebuild_from_type_v2",
    "serialization": "_get_layout",
    "jit._pickle": "build_boollist build_doublelist build_intlist build_tensor_from_id build_tensorlist restore_type_tag",
    "nn.parameter": "Buffer Parameter",
    "nn.backends.thnn": "_get_thnn_function_backend",
    "nn.functional": "elu gelu leaky_relu log_softmax relu relu6 selu sigmoid silu softmax softplus tanh",
    "nn.modules.activation": "CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Mish "
    "MultiheadAttention PReLU RReLU ReLU ReLU6 SELU SiLU Sigmoid Softmax Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink "
    "Threshold",
    "nn.modules.adaptive": "AdaptiveLogSoftmaxWithLoss",
    "nn.modules.batchnorm": "BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm",
    "nn.modules.channelshuffle": "ChannelShuffle",
    "nn.modules.container": "ModuleDict ModuleList ParameterDict ParameterList Sequential",
    "nn.modules.conv": "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    "nn.modules.distance": "CosineSimilarity PairwiseDistance",
    "nn.modules.dropout": "AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout",
    "nn.modules.flatten": "Flatten Unflatten",
    "nn.modules.fold": "Fold Unfold",
    "nn.modules.instancenorm": "InstanceNorm1d InstanceNorm2d InstanceNorm3d",
    "nn.modules.linear": "Bilinear Identity Linear NonDynamicallyQuantizableLinear",
    "nn.modules.loss": "BCELoss BCEWithLogitsLoss CTCLoss CosineEmbeddingLoss CrossEntropyLoss GaussianNLLLoss HingeEmbeddingLoss "
    "HuberLoss KLDivLoss L1Loss MSELoss MarginRankingLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss "
    "NLLLoss2d PoissonNLLLoss SmoothL1Loss SoftMarginLoss TripletMarginLoss",
    "nn.modules.module": "Module",
    "nn.modules.normalization": "CrossMapLRN2d GroupNorm LayerNorm LocalResponseNorm RMSNorm",
    "nn.modules.padding": "CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d "
    "ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d",
    "nn.modules.pixelshuffle": "PixelShuffle PixelUnshuffle",
    "nn.modules.pooling": "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d "
    "AdaptiveMaxPool3d AvgPool1d AvgPool2d AvgPool3d FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d LPPool3d MaxPool1d "
    "MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d",
    "nn.modules.rnn": "GRU GRUCell LSTM LSTMCell RNN RNNCell",
    "nn.modules.sparse": "Embedding EmbeddingBag",
    "nn.modules.transformer": "Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer",
    "nn.modules.upsampling": "Upsample UpsamplingBilinear2d UpsamplingNearest2d",
}

_TRANSFORMERS = {
    "trainer_utils": "EvaluationStrategy FSDPOption HubStrategy IntervalStrategy SaveStrategy SchedulerType",
    "training_args": "OptimizerNames ParallelMode TrainingArguments",
    "training_args_seq2seq": "Seq2SeqTrainingArguments",
    "trainer_pt_utils": "AcceleratorConfig",
    "debug_utils": "DebugOption",
}
_ACCELERATE = {"state": "PartialState", "utils.dataclasses": "DistributedType"}
_LIGHTNING = {
    "utilities.parsing": "AttributeDict",
    "utilities.data": "AttributeDict",
    "fabric.utilities.data": "AttributeDict",
}

HARMLESS: dict[str, frozenset[str]] = (
    {module: frozenset(names.split()) for module, names in _PYTHON.items()}
    | _under("numpy", _NUMPY)
    | _under("numpy.core numpy._core", _NUMPY_CORE)
    | _under("scipy.sparse", _SCIPY)
    | _under("joblib", _JOBLIB)
    | _under("torch", _TORCH)
    | _under("lightning lightning.pytorch pytorch_lightning lightning_fabric", _LIGHTNING)
    | _under("transformers", _TRANSFORMERS)
    | _under("accelerate", _ACCELERATE)
    | _under("sklearn", SKLEARN)
)
"""Module → the names in it that are harmless."""

LOADS_BYTES = "torch.storage._load_from_bytes"
"""Loads another pickle out of bytes. Harmless if it is called with bytes that were looked into, and used for nothing else."""

WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"
"""The class after whose state joblib writes the bytes of an array between the opcodes."""

CONDITIONAL = frozenset(
    {
        LOADS_BYTES,
        WRAPPER,
        "transformers.training_args.TrainingArguments",
        "transformers.training_args_seq2seq.Seq2SeqTrainingArguments",
        "transformers.trainer_pt_utils.AcceleratorConfig",
        "accelerate.state.PartialState",
    }
)
"""What on the list is harmless only if it is used in one way: but for the first, made without being initialised."""
