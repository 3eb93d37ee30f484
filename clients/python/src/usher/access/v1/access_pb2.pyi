from google.protobuf import timestamp_pb2 as _timestamp_pb2
from usher.type.v1 import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

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

class PlaybackPhase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAYBACK_PHASE_UNSPECIFIED: _ClassVar[PlaybackPhase]
    PLAYBACK_PHASE_PLAYER_LOADED: _ClassVar[PlaybackPhase]
    PLAYBACK_PHASE_PLAY: _ClassVar[PlaybackPhase]

class SessionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SESSION_STATE_UNSPECIFIED: _ClassVar[SessionState]
    SESSION_STATE_ACTIVE: _ClassVar[SessionState]
    SESSION_STATE_LAPSED: _ClassVar[SessionState]
    SESSION_STATE_ENDED: _ClassVar[SessionState]
    SESSION_STATE_EVICTED: _ClassVar[SessionState]
    SESSION_STATE_ACCESS_OVER: _ClassVar[SessionState]

class AccessActivity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_ACTIVITY_UNSPECIFIED: _ClassVar[AccessActivity]
    ACCESS_ACTIVITY_ACTIVE: _ClassVar[AccessActivity]
    ACCESS_ACTIVITY_INACTIVE: _ClassVar[AccessActivity]

class AccessSearchField(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_SEARCH_FIELD_UNSPECIFIED: _ClassVar[AccessSearchField]
    ACCESS_SEARCH_FIELD_EMAIL: _ClassVar[AccessSearchField]
    ACCESS_SEARCH_FIELD_ACCESS_ID: _ClassVar[AccessSearchField]
    ACCESS_SEARCH_FIELD_ASSET_TITLE: _ClassVar[AccessSearchField]
    ACCESS_SEARCH_FIELD_TYPE: _ClassVar[AccessSearchField]
    ACCESS_SEARCH_FIELD_VIEWER_ID: _ClassVar[AccessSearchField]
    ACCESS_SEARCH_FIELD_ASSET_ID: _ClassVar[AccessSearchField]

class ReversalType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVERSAL_TYPE_UNSPECIFIED: _ClassVar[ReversalType]
    REVERSAL_TYPE_REFUND: _ClassVar[ReversalType]
    REVERSAL_TYPE_CHARGEBACK: _ClassVar[ReversalType]
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
PLAYBACK_PHASE_UNSPECIFIED: PlaybackPhase
PLAYBACK_PHASE_PLAYER_LOADED: PlaybackPhase
PLAYBACK_PHASE_PLAY: PlaybackPhase
SESSION_STATE_UNSPECIFIED: SessionState
SESSION_STATE_ACTIVE: SessionState
SESSION_STATE_LAPSED: SessionState
SESSION_STATE_ENDED: SessionState
SESSION_STATE_EVICTED: SessionState
SESSION_STATE_ACCESS_OVER: SessionState
ACCESS_ACTIVITY_UNSPECIFIED: AccessActivity
ACCESS_ACTIVITY_ACTIVE: AccessActivity
ACCESS_ACTIVITY_INACTIVE: AccessActivity
ACCESS_SEARCH_FIELD_UNSPECIFIED: AccessSearchField
ACCESS_SEARCH_FIELD_EMAIL: AccessSearchField
ACCESS_SEARCH_FIELD_ACCESS_ID: AccessSearchField
ACCESS_SEARCH_FIELD_ASSET_TITLE: AccessSearchField
ACCESS_SEARCH_FIELD_TYPE: AccessSearchField
ACCESS_SEARCH_FIELD_VIEWER_ID: AccessSearchField
ACCESS_SEARCH_FIELD_ASSET_ID: AccessSearchField
REVERSAL_TYPE_UNSPECIFIED: ReversalType
REVERSAL_TYPE_REFUND: ReversalType
REVERSAL_TYPE_CHARGEBACK: ReversalType

class Access(_message.Message):
    __slots__ = ("access_id", "organisation_id", "viewer_id", "asset_id", "type", "state", "start_time", "expire_time", "original_expire_time", "voucher_id", "create_time", "update_time", "first_play_time", "bound_ip", "package_id", "price_option_id", "subscription_id")
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
    FIRST_PLAY_TIME_FIELD_NUMBER: _ClassVar[int]
    BOUND_IP_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
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
    first_play_time: _timestamp_pb2.Timestamp
    bound_ip: str
    package_id: str
    price_option_id: str
    subscription_id: str
    def __init__(self, access_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., type: _Optional[_Union[AccessType, str]] = ..., state: _Optional[_Union[AccessState, str]] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., original_expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., voucher_id: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., first_play_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., bound_ip: _Optional[str] = ..., package_id: _Optional[str] = ..., price_option_id: _Optional[str] = ..., subscription_id: _Optional[str] = ...) -> None: ...

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
    __slots__ = ("viewer_id", "asset_id", "start_time", "expire_time", "request_id", "package_id")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    asset_id: str
    start_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    request_id: str
    package_id: str
    def __init__(self, viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ..., package_id: _Optional[str] = ...) -> None: ...

class RevokeAccessRequest(_message.Message):
    __slots__ = ("access_id", "reason", "request_id")
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    access_id: str
    reason: str
    request_id: str
    def __init__(self, access_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PlaybackSession(_message.Message):
    __slots__ = ("session_id", "organisation_id", "viewer_id", "asset_id", "access_id", "voucher_id", "phase", "state", "ip", "country", "device", "start_time", "last_seen_time", "end_time", "position_seconds", "viewed_seconds")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    IP_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    POSITION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    VIEWED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    organisation_id: str
    viewer_id: str
    asset_id: str
    access_id: str
    voucher_id: str
    phase: PlaybackPhase
    state: SessionState
    ip: str
    country: str
    device: str
    start_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    position_seconds: int
    viewed_seconds: int
    def __init__(self, session_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., access_id: _Optional[str] = ..., voucher_id: _Optional[str] = ..., phase: _Optional[_Union[PlaybackPhase, str]] = ..., state: _Optional[_Union[SessionState, str]] = ..., ip: _Optional[str] = ..., country: _Optional[str] = ..., device: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., position_seconds: _Optional[int] = ..., viewed_seconds: _Optional[int] = ...) -> None: ...

class StartPlaybackRequest(_message.Message):
    __slots__ = ("viewer_id", "code", "asset_id", "ip", "country", "phase", "session_id", "device", "request_id")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    IP_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    code: str
    asset_id: str
    ip: str
    country: str
    phase: PlaybackPhase
    session_id: str
    device: str
    request_id: str
    def __init__(self, viewer_id: _Optional[str] = ..., code: _Optional[str] = ..., asset_id: _Optional[str] = ..., ip: _Optional[str] = ..., country: _Optional[str] = ..., phase: _Optional[_Union[PlaybackPhase, str]] = ..., session_id: _Optional[str] = ..., device: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StartPlaybackResponse(_message.Message):
    __slots__ = ("session", "access", "redemption_id", "evicted_session_ids")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    EVICTED_SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    session: PlaybackSession
    access: Access
    redemption_id: str
    evicted_session_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, session: _Optional[_Union[PlaybackSession, _Mapping]] = ..., access: _Optional[_Union[Access, _Mapping]] = ..., redemption_id: _Optional[str] = ..., evicted_session_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordPlaybackRequest(_message.Message):
    __slots__ = ("session_id", "position_seconds", "viewed_seconds", "request_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    POSITION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    VIEWED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    position_seconds: int
    viewed_seconds: int
    request_id: str
    def __init__(self, session_id: _Optional[str] = ..., position_seconds: _Optional[int] = ..., viewed_seconds: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class RecordPlaybackResponse(_message.Message):
    __slots__ = ("session", "allowed", "reason")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    session: PlaybackSession
    allowed: bool
    reason: str
    def __init__(self, session: _Optional[_Union[PlaybackSession, _Mapping]] = ..., allowed: bool = ..., reason: _Optional[str] = ...) -> None: ...

class EndPlaybackRequest(_message.Message):
    __slots__ = ("session_id", "position_seconds", "viewed_seconds", "request_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    POSITION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    VIEWED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    position_seconds: int
    viewed_seconds: int
    request_id: str
    def __init__(self, session_id: _Optional[str] = ..., position_seconds: _Optional[int] = ..., viewed_seconds: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListSessionsRequest(_message.Message):
    __slots__ = ("viewer_id", "voucher_id", "page_size", "page_token")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    voucher_id: str
    page_size: int
    page_token: str
    def __init__(self, viewer_id: _Optional[str] = ..., voucher_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[PlaybackSession]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[PlaybackSession, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class BatchCheckAccessRequest(_message.Message):
    __slots__ = ("checks",)
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    checks: _containers.RepeatedCompositeFieldContainer[CheckAccessRequest]
    def __init__(self, checks: _Optional[_Iterable[_Union[CheckAccessRequest, _Mapping]]] = ...) -> None: ...

class BatchCheckAccessResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[CheckAccessResponse]
    def __init__(self, results: _Optional[_Iterable[_Union[CheckAccessResponse, _Mapping]]] = ...) -> None: ...

class ListAccessRequest(_message.Message):
    __slots__ = ("viewer_id", "asset_id", "package_id", "type", "activity", "page_size", "page_token")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    asset_id: str
    package_id: str
    type: AccessType
    activity: AccessActivity
    page_size: int
    page_token: str
    def __init__(self, viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., package_id: _Optional[str] = ..., type: _Optional[_Union[AccessType, str]] = ..., activity: _Optional[_Union[AccessActivity, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAccessResponse(_message.Message):
    __slots__ = ("accesses", "next_page_token")
    ACCESSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    accesses: _containers.RepeatedCompositeFieldContainer[Access]
    next_page_token: str
    def __init__(self, accesses: _Optional[_Iterable[_Union[Access, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SearchAccessRequest(_message.Message):
    __slots__ = ("field", "query", "activity", "page_size", "page_token")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    field: AccessSearchField
    query: str
    activity: AccessActivity
    page_size: int
    page_token: str
    def __init__(self, field: _Optional[_Union[AccessSearchField, str]] = ..., query: _Optional[str] = ..., activity: _Optional[_Union[AccessActivity, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SearchAccessResponse(_message.Message):
    __slots__ = ("accesses", "next_page_token")
    ACCESSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    accesses: _containers.RepeatedCompositeFieldContainer[Access]
    next_page_token: str
    def __init__(self, accesses: _Optional[_Iterable[_Union[Access, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ExtendAccessRequest(_message.Message):
    __slots__ = ("access_id", "expire_time", "reason", "request_id")
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    access_id: str
    expire_time: _timestamp_pb2.Timestamp
    reason: str
    request_id: str
    def __init__(self, access_id: _Optional[str] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class Payment(_message.Message):
    __slots__ = ("payment_id", "organisation_id", "viewer_id", "price_option_id", "amount", "payment_reference", "voucher_id", "discount_percent", "access_id", "subscription_id", "create_time", "reverse_time", "reversal_type", "reversal_reason")
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVERSE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVERSAL_TYPE_FIELD_NUMBER: _ClassVar[int]
    REVERSAL_REASON_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    organisation_id: str
    viewer_id: str
    price_option_id: str
    amount: _money_pb2.Money
    payment_reference: str
    voucher_id: str
    discount_percent: int
    access_id: str
    subscription_id: str
    create_time: _timestamp_pb2.Timestamp
    reverse_time: _timestamp_pb2.Timestamp
    reversal_type: ReversalType
    reversal_reason: str
    def __init__(self, payment_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., viewer_id: _Optional[str] = ..., price_option_id: _Optional[str] = ..., amount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., payment_reference: _Optional[str] = ..., voucher_id: _Optional[str] = ..., discount_percent: _Optional[int] = ..., access_id: _Optional[str] = ..., subscription_id: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reverse_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reversal_type: _Optional[_Union[ReversalType, str]] = ..., reversal_reason: _Optional[str] = ...) -> None: ...

class RecordPurchaseRequest(_message.Message):
    __slots__ = ("viewer_id", "price_option_id", "amount", "payment_reference", "code", "request_id")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    price_option_id: str
    amount: _money_pb2.Money
    payment_reference: str
    code: str
    request_id: str
    def __init__(self, viewer_id: _Optional[str] = ..., price_option_id: _Optional[str] = ..., amount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., payment_reference: _Optional[str] = ..., code: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RecordPurchaseResponse(_message.Message):
    __slots__ = ("payment", "access", "subscription_id", "redemption_id")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    payment: Payment
    access: Access
    subscription_id: str
    redemption_id: str
    def __init__(self, payment: _Optional[_Union[Payment, _Mapping]] = ..., access: _Optional[_Union[Access, _Mapping]] = ..., subscription_id: _Optional[str] = ..., redemption_id: _Optional[str] = ...) -> None: ...

class ReversePurchaseRequest(_message.Message):
    __slots__ = ("payment_id", "type", "reason", "request_id")
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    type: ReversalType
    reason: str
    request_id: str
    def __init__(self, payment_id: _Optional[str] = ..., type: _Optional[_Union[ReversalType, str]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListPaymentsRequest(_message.Message):
    __slots__ = ("viewer_id", "voucher_id", "page_size", "page_token")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    voucher_id: str
    page_size: int
    page_token: str
    def __init__(self, viewer_id: _Optional[str] = ..., voucher_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPaymentsResponse(_message.Message):
    __slots__ = ("payments", "next_page_token")
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[Payment]
    next_page_token: str
    def __init__(self, payments: _Optional[_Iterable[_Union[Payment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
