"""The `data.pkl` of a `torch.save` file, read without pickle: it can name nothing but tensors and primitives.

pickle is a program; this machine knows only the instructions that `torch.save` emits for dicts, lists,
tuples, text, numbers and tensors (protocol 2), and every reference to Python code is compared with a short
list instead of being imported. Tensors stay descriptions (`TensorRef`): nothing is allocated for the sizes
a file declares. Opcodes as in CPython's Lib/pickletools.py. No torch here.
"""

from __future__ import annotations

import math
import pickletools
from dataclasses import dataclass
from typing import Any

from tessera.checkpoints.manifest import DTYPES
from tessera.errors import CheckpointError

MAX_OPCODES = 2_000_000
MAX_DEPTH = 32
"""How deeply dicts, lists and tuples may be nested."""
MAX_INT_BITS = 256
MAX_DIMENSIONS = 16

REBUILD = "torch._utils _rebuild_tensor_v2"
ORDERED_DICT = "collections OrderedDict"


@dataclass(frozen=True, eq=False)
class TensorRef:
    """A tensor as the file declares it, checked against nothing yet but its own form."""

    storage: str
    """Name of its bytes below `data/`."""
    dtype: str
    item_size: int
    elements: int
    """Elements of the storage."""
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        return self.elements * self.item_size


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: str
    item_size: int
    elements: int


@dataclass(frozen=True)
class _Global:
    name: str


class _Mark:
    """The stack's mark."""


MARK = _Mark()
HOOKS = _Global("an empty OrderedDict")
"""torch pickles every tensor with an empty dict of backward hooks."""
VALUES = ("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE")
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class Refused(Exception):
    """The file asks for something that no checkpoint contains."""


def parse(data: bytes, *, source: str) -> Any:
    """Dicts, lists, tuples and primitives, with a `TensorRef` for each tensor; `CheckpointError` otherwise."""
    try:
        tree = _Machine().run(data)
        _check_tree(tree, 0)
    except Refused as error:
        raise CheckpointError(f"{source}: refused: {error}") from None
    return tree


class _Machine:
    """A stack, a memo, and one method for each group of instructions."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, data: bytes) -> Any:
        count = 0
        try:
            for opcode, argument, _ in pickletools.genops(data):
                count += 1
                if count > MAX_OPCODES:
                    raise Refused(f"more than {MAX_OPCODES} instructions")
                self.step(opcode.name, argument)
        except ValueError as error:
            raise Refused(f"data.pkl is damaged: {error}") from None
        if len(self.stack) != 1:
            raise Refused("data.pkl does not end with one value")
        return self.stack[0]

    def step(self, opcode: str, argument: Any) -> None:
        push = self.stack.append
        match opcode:
            case _ if opcode in VALUES:
                push(argument)
            case _ if opcode in CONSTANTS:
                push(CONSTANTS[opcode])
            case "BINPUT" | "LONG_BINPUT":
                self.memo[argument] = self.top()
            case "BINGET" | "LONG_BINGET":
                push(self.remembered(argument))
            case "MARK":
                push(MARK)
            case "EMPTY_DICT":
                push({})
            case "EMPTY_LIST":
                push([])
            case "EMPTY_TUPLE":
                push(())
            case "TUPLE":
                push(tuple(self.to_mark()))
            case _ if opcode in TUPLES:
                push(tuple(reversed([self.pop() for _ in range(TUPLES[opcode])])))
            case "SETITEM":
                value, key = self.pop(), self.pop()
                self.set_items([key, value])
            case "SETITEMS":
                self.set_items(self.to_mark())
            case "APPEND":
                self.extend([self.pop()])
            case "APPENDS":
                self.extend(self.to_mark())
            case "GLOBAL":
                push(_Global(argument))
            case "BINPERSID":
                push(_storage(self.pop()))
            case "REDUCE":
                arguments, function = self.pop(), self.pop()
                push(_called(function, arguments))
            case "PROTO" if argument == 2:
                pass
            case "STOP":
                pass
            case _:
                raise Refused(f"pickle instruction {opcode}")

    def top(self) -> Any:
        if not self.stack:
            raise Refused("data.pkl takes from an empty stack")
        return self.stack[-1]

    def pop(self) -> Any:
        value = self.top()
        if value is MARK:
            raise Refused("data.pkl takes a mark for a value")
        return self.stack.pop()

    def to_mark(self) -> list[Any]:
        """Everything above the topmost mark, which goes too."""
        values = []
        while self.top() is not MARK:
            values.append(self.stack.pop())
        self.stack.pop()
        return values[::-1]

    def remembered(self, index: int) -> Any:
        """A memo entry. Containers are not shared: that keeps values trees, without loops or explosions."""
        value = self.memo.get(index, MARK)
        if value is MARK or isinstance(value, dict | list | tuple):
            raise Refused("data.pkl shares a container or recalls what it never stored")
        return value

    def set_items(self, flat: list[Any]) -> None:
        target = self.top()
        if not isinstance(target, dict) or len(flat) % 2:
            raise Refused("data.pkl fills something that is not a dict")
        for key, value in zip(flat[::2], flat[1::2], strict=True):
            if type(key) not in (str, int) or key in target:
                raise Refused("a dict key that is neither text nor a whole number, or occurs twice")
            target[key] = value

    def extend(self, values: list[Any]) -> None:
        target = self.top()
        if not isinstance(target, list):
            raise Refused("data.pkl fills something that is not a list")
        target.extend(values)


def _storage(identity: Any) -> _Storage:
    """('storage', <class>, key, location, elements): the bytes of one tensor."""
    match identity:
        case ("storage", _Global(name), str(key), str(), int(elements)) if type(elements) is int and elements >= 0:
            module, _, storage = name.partition(" ")
            if module == "torch" and storage in DTYPES and key.isascii() and key.isdigit():
                return _Storage(key, *DTYPES[storage], elements)
    raise Refused("a storage that is not a plain one of torch")


def _called(function: Any, arguments: Any) -> Any:
    match function, arguments:
        case _Global(name), () if name == ORDERED_DICT:
            return HOOKS
        case _Global(name), (_Storage() as storage, 0, tuple(shape), tuple(stride), bool(), hooks) if name == REBUILD:
            if hooks is not HOOKS:
                raise Refused("a tensor with hooks")
            return _tensor(storage, shape, stride)
        case _Global(name), _:
            raise Refused(f"a call of {name[:80]!r}")
    raise Refused("a call of something that is not code")


def _tensor(storage: _Storage, shape: tuple[Any, ...], stride: tuple[Any, ...]) -> TensorRef:
    """A tensor that is contiguous and fills its storage; anything else was not written by us."""
    if len(shape) > MAX_DIMENSIONS or not all(type(side) is int and 0 <= side < 2**48 for side in shape):
        raise Refused("a tensor with an impossible shape")
    if math.prod(shape) != storage.elements:
        raise Refused(f"a tensor of {math.prod(shape)} elements in a storage of {storage.elements}")
    expected = [1]
    for side in reversed(shape[1:]):
        expected.append(expected[-1] * max(side, 1))
    if stride != tuple(reversed(expected))[len(expected) - len(shape) :] and storage.elements:
        raise Refused("a tensor that is not contiguous")
    return TensorRef(storage.key, storage.dtype, storage.item_size, storage.elements, shape)


def _check_tree(tree: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Refused(f"values nested more than {MAX_DEPTH} deep")
    if isinstance(tree, dict | list | tuple):
        for value in tree.values() if isinstance(tree, dict) else tree:
            _check_tree(value, depth + 1)
    elif isinstance(tree, _Global | _Storage | _Mark):
        raise Refused("a reference to code where a value belongs")
    elif type(tree) is int and tree.bit_length() > MAX_INT_BITS:
        raise Refused(f"a number of more than {MAX_INT_BITS} bits")
