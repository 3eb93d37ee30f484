from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class AuthenticateRequest(_message.Message):
    __slots__ = ("api_key", "organisation_id")
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    api_key: str
    organisation_id: str
    def __init__(self, api_key: _Optional[str] = ..., organisation_id: _Optional[str] = ...) -> None: ...

class WhoAmIRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Identity(_message.Message):
    __slots__ = ("key_id", "platform_operator", "organisation_id", "scopes")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_OPERATOR_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    platform_operator: bool
    organisation_id: str
    scopes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, key_id: _Optional[str] = ..., platform_operator: bool = ..., organisation_id: _Optional[str] = ..., scopes: _Optional[_Iterable[str]] = ...) -> None: ...
