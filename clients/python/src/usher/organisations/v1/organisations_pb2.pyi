from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from usher.type.v1 import code_profile_pb2 as _code_profile_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OrganisationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORGANISATION_STATE_UNSPECIFIED: _ClassVar[OrganisationState]
    ORGANISATION_STATE_ACTIVE: _ClassVar[OrganisationState]
    ORGANISATION_STATE_SUSPENDED: _ClassVar[OrganisationState]

class ConcurrentSessionPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONCURRENT_SESSION_POLICY_UNSPECIFIED: _ClassVar[ConcurrentSessionPolicy]
    CONCURRENT_SESSION_POLICY_EVICT_OLDEST: _ClassVar[ConcurrentSessionPolicy]
    CONCURRENT_SESSION_POLICY_DENY: _ClassVar[ConcurrentSessionPolicy]

class TakeBackDownloaded(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TAKE_BACK_DOWNLOADED_UNSPECIFIED: _ClassVar[TakeBackDownloaded]
    TAKE_BACK_DOWNLOADED_OFF: _ClassVar[TakeBackDownloaded]
    TAKE_BACK_DOWNLOADED_RELAY: _ClassVar[TakeBackDownloaded]
    TAKE_BACK_DOWNLOADED_RELAY_AND_PUBLIC: _ClassVar[TakeBackDownloaded]
ORGANISATION_STATE_UNSPECIFIED: OrganisationState
ORGANISATION_STATE_ACTIVE: OrganisationState
ORGANISATION_STATE_SUSPENDED: OrganisationState
CONCURRENT_SESSION_POLICY_UNSPECIFIED: ConcurrentSessionPolicy
CONCURRENT_SESSION_POLICY_EVICT_OLDEST: ConcurrentSessionPolicy
CONCURRENT_SESSION_POLICY_DENY: ConcurrentSessionPolicy
TAKE_BACK_DOWNLOADED_UNSPECIFIED: TakeBackDownloaded
TAKE_BACK_DOWNLOADED_OFF: TakeBackDownloaded
TAKE_BACK_DOWNLOADED_RELAY: TakeBackDownloaded
TAKE_BACK_DOWNLOADED_RELAY_AND_PUBLIC: TakeBackDownloaded

class Organisation(_message.Message):
    __slots__ = ("organisation_id", "name", "state", "create_time", "update_time", "etag", "purchasable_vouchers_enabled")
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    PURCHASABLE_VOUCHERS_ENABLED_FIELD_NUMBER: _ClassVar[int]
    organisation_id: str
    name: str
    state: OrganisationState
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    purchasable_vouchers_enabled: bool
    def __init__(self, organisation_id: _Optional[str] = ..., name: _Optional[str] = ..., state: _Optional[_Union[OrganisationState, str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., purchasable_vouchers_enabled: bool = ...) -> None: ...

class CreateOrganisationRequest(_message.Message):
    __slots__ = ("organisation", "request_id")
    ORGANISATION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organisation: Organisation
    request_id: str
    def __init__(self, organisation: _Optional[_Union[Organisation, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetOrganisationRequest(_message.Message):
    __slots__ = ("organisation_id",)
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    organisation_id: str
    def __init__(self, organisation_id: _Optional[str] = ...) -> None: ...

class ListOrganisationsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOrganisationsResponse(_message.Message):
    __slots__ = ("organisations", "next_page_token")
    ORGANISATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    organisations: _containers.RepeatedCompositeFieldContainer[Organisation]
    next_page_token: str
    def __init__(self, organisations: _Optional[_Iterable[_Union[Organisation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateOrganisationRequest(_message.Message):
    __slots__ = ("organisation", "update_mask", "request_id")
    ORGANISATION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organisation: Organisation
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, organisation: _Optional[_Union[Organisation, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SuspendOrganisationRequest(_message.Message):
    __slots__ = ("organisation_id", "reason", "request_id")
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organisation_id: str
    reason: str
    request_id: str
    def __init__(self, organisation_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResumeOrganisationRequest(_message.Message):
    __slots__ = ("organisation_id", "request_id")
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organisation_id: str
    request_id: str
    def __init__(self, organisation_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class Settings(_message.Message):
    __slots__ = ("organisation_id", "voucher_expiration_hours", "time_zone", "voucher_code_profile", "single_ip_protection", "concurrent_session_limit", "concurrent_session_policy", "point_of_sales", "require_known_viewers", "update_time", "etag")
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_EXPIRATION_HOURS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_CODE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    SINGLE_IP_PROTECTION_FIELD_NUMBER: _ClassVar[int]
    CONCURRENT_SESSION_LIMIT_FIELD_NUMBER: _ClassVar[int]
    CONCURRENT_SESSION_POLICY_FIELD_NUMBER: _ClassVar[int]
    POINT_OF_SALES_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_KNOWN_VIEWERS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    organisation_id: str
    voucher_expiration_hours: int
    time_zone: str
    voucher_code_profile: _code_profile_pb2.CodeProfile
    single_ip_protection: bool
    concurrent_session_limit: int
    concurrent_session_policy: ConcurrentSessionPolicy
    point_of_sales: PointOfSales
    require_known_viewers: bool
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, organisation_id: _Optional[str] = ..., voucher_expiration_hours: _Optional[int] = ..., time_zone: _Optional[str] = ..., voucher_code_profile: _Optional[_Union[_code_profile_pb2.CodeProfile, _Mapping]] = ..., single_ip_protection: bool = ..., concurrent_session_limit: _Optional[int] = ..., concurrent_session_policy: _Optional[_Union[ConcurrentSessionPolicy, str]] = ..., point_of_sales: _Optional[_Union[PointOfSales, _Mapping]] = ..., require_known_viewers: bool = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class PointOfSales(_message.Message):
    __slots__ = ("allow_take_back_injected", "take_back_downloaded", "take_backs_per_day")
    ALLOW_TAKE_BACK_INJECTED_FIELD_NUMBER: _ClassVar[int]
    TAKE_BACK_DOWNLOADED_FIELD_NUMBER: _ClassVar[int]
    TAKE_BACKS_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    allow_take_back_injected: bool
    take_back_downloaded: TakeBackDownloaded
    take_backs_per_day: int
    def __init__(self, allow_take_back_injected: bool = ..., take_back_downloaded: _Optional[_Union[TakeBackDownloaded, str]] = ..., take_backs_per_day: _Optional[int] = ...) -> None: ...

class GetSettingsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class UpdateSettingsRequest(_message.Message):
    __slots__ = ("settings", "update_mask", "request_id")
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    settings: Settings
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, settings: _Optional[_Union[Settings, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ApiKey(_message.Message):
    __slots__ = ("key_id", "organisation_id", "name", "scopes", "test", "create_time", "expire_time", "revoke_time", "secret", "certificate_uri")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    TEST_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVOKE_TIME_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_URI_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    organisation_id: str
    name: str
    scopes: _containers.RepeatedScalarFieldContainer[str]
    test: bool
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    revoke_time: _timestamp_pb2.Timestamp
    secret: str
    certificate_uri: str
    def __init__(self, key_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., name: _Optional[str] = ..., scopes: _Optional[_Iterable[str]] = ..., test: bool = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., revoke_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., secret: _Optional[str] = ..., certificate_uri: _Optional[str] = ...) -> None: ...

class CreateApiKeyRequest(_message.Message):
    __slots__ = ("api_key", "request_id")
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    api_key: ApiKey
    request_id: str
    def __init__(self, api_key: _Optional[_Union[ApiKey, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListApiKeysRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListApiKeysResponse(_message.Message):
    __slots__ = ("api_keys", "next_page_token")
    API_KEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    api_keys: _containers.RepeatedCompositeFieldContainer[ApiKey]
    next_page_token: str
    def __init__(self, api_keys: _Optional[_Iterable[_Union[ApiKey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RevokeApiKeyRequest(_message.Message):
    __slots__ = ("key_id", "request_id")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    request_id: str
    def __init__(self, key_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...
