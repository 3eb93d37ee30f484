from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AccessType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_TYPE_UNSPECIFIED: _ClassVar[AccessType]
    ACCESS_TYPE_PURCHASED: _ClassVar[AccessType]
    ACCESS_TYPE_GRANTED: _ClassVar[AccessType]
    ACCESS_TYPE_ACCESS_VOUCHER: _ClassVar[AccessType]
    ACCESS_TYPE_FULL_DISCOUNT: _ClassVar[AccessType]
    ACCESS_TYPE_SUBSCRIPTION: _ClassVar[AccessType]

class AccessState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_STATE_UNSPECIFIED: _ClassVar[AccessState]
    ACCESS_STATE_SCHEDULED: _ClassVar[AccessState]
    ACCESS_STATE_ACTIVE: _ClassVar[AccessState]
    ACCESS_STATE_EXPIRED: _ClassVar[AccessState]
    ACCESS_STATE_REVOKED: _ClassVar[AccessState]
ACCESS_TYPE_UNSPECIFIED: AccessType
ACCESS_TYPE_PURCHASED: AccessType
ACCESS_TYPE_GRANTED: AccessType
ACCESS_TYPE_ACCESS_VOUCHER: AccessType
ACCESS_TYPE_FULL_DISCOUNT: AccessType
ACCESS_TYPE_SUBSCRIPTION: AccessType
ACCESS_STATE_UNSPECIFIED: AccessState
ACCESS_STATE_SCHEDULED: AccessState
ACCESS_STATE_ACTIVE: AccessState
ACCESS_STATE_EXPIRED: AccessState
ACCESS_STATE_REVOKED: AccessState

class Access(_message.Message):
    __slots__ = ("access_id", "organisation_id", "viewer_id", "asset_id", "type", "state", "start_time", "expire_time", "original_expire_time", "voucher_id", "create_time", "update_time")
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    access_id: str
    organisation_id: str
    viewer_id: str
    asset_id: str
    type: AccessType
    state: AccessState
    start_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    original_expire_time: _timestamp_pb2.Timestamp
    voucher_id: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, access_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., type: _Optional[_Union[AccessType, str]] = ..., state: _Optional[_Union[AccessState, str]] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., original_expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., voucher_id: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CheckAccessRequest(_message.Message):
    __slots__ = ("viewer_id", "code", "asset_id", "ip", "country", "at")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    IP_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    code: str
    asset_id: str
    ip: str
    country: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, viewer_id: _Optional[str] = ..., code: _Optional[str] = ..., asset_id: _Optional[str] = ..., ip: _Optional[str] = ..., country: _Optional[str] = ..., at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CheckAccessResponse(_message.Message):
    __slots__ = ("allowed", "reason", "access", "expire_time")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    reason: str
    access: Access
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, allowed: bool = ..., reason: _Optional[str] = ..., access: _Optional[_Union[Access, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetAccessRequest(_message.Message):
    __slots__ = ("access_id",)
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    access_id: str
    def __init__(self, access_id: _Optional[str] = ...) -> None: ...

class GrantAccessRequest(_message.Message):
    __slots__ = ("viewer_id", "asset_id", "start_time", "expire_time", "request_id")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    asset_id: str
    start_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    request_id: str
    def __init__(self, viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class RevokeAccessRequest(_message.Message):
    __slots__ = ("access_id", "reason", "request_id")
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    access_id: str
    reason: str
    request_id: str
    def __init__(self, access_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...
