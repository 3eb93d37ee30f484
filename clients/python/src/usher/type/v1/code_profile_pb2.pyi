from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CodeProfileKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODE_PROFILE_KIND_UNSPECIFIED: _ClassVar[CodeProfileKind]
    CODE_PROFILE_KIND_TV9: _ClassVar[CodeProfileKind]
    CODE_PROFILE_KIND_HEX10: _ClassVar[CodeProfileKind]
    CODE_PROFILE_KIND_PATTERN: _ClassVar[CodeProfileKind]
CODE_PROFILE_KIND_UNSPECIFIED: CodeProfileKind
CODE_PROFILE_KIND_TV9: CodeProfileKind
CODE_PROFILE_KIND_HEX10: CodeProfileKind
CODE_PROFILE_KIND_PATTERN: CodeProfileKind

class CodeProfile(_message.Message):
    __slots__ = ("kind", "length", "prefix", "suffix", "alphabet")
    KIND_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    SUFFIX_FIELD_NUMBER: _ClassVar[int]
    ALPHABET_FIELD_NUMBER: _ClassVar[int]
    kind: CodeProfileKind
    length: int
    prefix: str
    suffix: str
    alphabet: str
    def __init__(self, kind: _Optional[_Union[CodeProfileKind, str]] = ..., length: _Optional[int] = ..., prefix: _Optional[str] = ..., suffix: _Optional[str] = ..., alphabet: _Optional[str] = ...) -> None: ...
