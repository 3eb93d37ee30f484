from google.protobuf import timestamp_pb2 as _timestamp_pb2
from usher.type.v1 import calendar_period_pb2 as _calendar_period_pb2
from usher.type.v1 import money_pb2 as _money_pb2
from usher.type.v1 import postal_address_pb2 as _postal_address_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubscriptionType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBSCRIPTION_TYPE_UNSPECIFIED: _ClassVar[SubscriptionType]
    SUBSCRIPTION_TYPE_LIMITED: _ClassVar[SubscriptionType]
    SUBSCRIPTION_TYPE_RECURRING: _ClassVar[SubscriptionType]

class SubscriptionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBSCRIPTION_STATE_UNSPECIFIED: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_PENDING: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_TRIAL: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_ACTIVE: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_PAUSED: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_FROZEN: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_CANCELLED: _ClassVar[SubscriptionState]
    SUBSCRIPTION_STATE_DEACTIVATED: _ClassVar[SubscriptionState]
SUBSCRIPTION_TYPE_UNSPECIFIED: SubscriptionType
SUBSCRIPTION_TYPE_LIMITED: SubscriptionType
SUBSCRIPTION_TYPE_RECURRING: SubscriptionType
SUBSCRIPTION_STATE_UNSPECIFIED: SubscriptionState
SUBSCRIPTION_STATE_PENDING: SubscriptionState
SUBSCRIPTION_STATE_TRIAL: SubscriptionState
SUBSCRIPTION_STATE_ACTIVE: SubscriptionState
SUBSCRIPTION_STATE_PAUSED: SubscriptionState
SUBSCRIPTION_STATE_FROZEN: SubscriptionState
SUBSCRIPTION_STATE_CANCELLED: SubscriptionState
SUBSCRIPTION_STATE_DEACTIVATED: SubscriptionState

class Subscription(_message.Message):
    __slots__ = ("subscription_id", "organisation_id", "viewer_id", "package_id", "asset_id", "type", "state", "period", "start_time", "trial_end_time", "renew_time", "end_time", "pause_time", "freeze_time", "grace_end_time", "cancel_time", "cancel_reason", "price_option_id", "payment_period_id", "voucher_id", "provision_service", "access_id", "discount_percent", "discount_cycles_left", "create_time", "update_time")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    TRIAL_END_TIME_FIELD_NUMBER: _ClassVar[int]
    RENEW_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAUSE_TIME_FIELD_NUMBER: _ClassVar[int]
    FREEZE_TIME_FIELD_NUMBER: _ClassVar[int]
    GRACE_END_TIME_FIELD_NUMBER: _ClassVar[int]
    CANCEL_TIME_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REASON_FIELD_NUMBER: _ClassVar[int]
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    PROVISION_SERVICE_FIELD_NUMBER: _ClassVar[int]
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_CYCLES_LEFT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    organisation_id: str
    viewer_id: str
    package_id: str
    asset_id: str
    type: SubscriptionType
    state: SubscriptionState
    period: _calendar_period_pb2.CalendarPeriod
    start_time: _timestamp_pb2.Timestamp
    trial_end_time: _timestamp_pb2.Timestamp
    renew_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    pause_time: _timestamp_pb2.Timestamp
    freeze_time: _timestamp_pb2.Timestamp
    grace_end_time: _timestamp_pb2.Timestamp
    cancel_time: _timestamp_pb2.Timestamp
    cancel_reason: str
    price_option_id: str
    payment_period_id: str
    voucher_id: str
    provision_service: str
    access_id: str
    discount_percent: int
    discount_cycles_left: int
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, subscription_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., viewer_id: _Optional[str] = ..., package_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., type: _Optional[_Union[SubscriptionType, str]] = ..., state: _Optional[_Union[SubscriptionState, str]] = ..., period: _Optional[_Union[_calendar_period_pb2.CalendarPeriod, _Mapping]] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., trial_end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., renew_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., pause_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., freeze_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., grace_end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_reason: _Optional[str] = ..., price_option_id: _Optional[str] = ..., payment_period_id: _Optional[str] = ..., voucher_id: _Optional[str] = ..., provision_service: _Optional[str] = ..., access_id: _Optional[str] = ..., discount_percent: _Optional[int] = ..., discount_cycles_left: _Optional[int] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateSubscriptionRequest(_message.Message):
    __slots__ = ("viewer_id", "package_id", "price_option_id", "payment_period_id", "type", "period", "end_time", "trial_period", "activate", "provision_service", "request_id")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    TRIAL_PERIOD_FIELD_NUMBER: _ClassVar[int]
    ACTIVATE_FIELD_NUMBER: _ClassVar[int]
    PROVISION_SERVICE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    package_id: str
    price_option_id: str
    payment_period_id: str
    type: SubscriptionType
    period: _calendar_period_pb2.CalendarPeriod
    end_time: _timestamp_pb2.Timestamp
    trial_period: _calendar_period_pb2.CalendarPeriod
    activate: bool
    provision_service: str
    request_id: str
    def __init__(self, viewer_id: _Optional[str] = ..., package_id: _Optional[str] = ..., price_option_id: _Optional[str] = ..., payment_period_id: _Optional[str] = ..., type: _Optional[_Union[SubscriptionType, str]] = ..., period: _Optional[_Union[_calendar_period_pb2.CalendarPeriod, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., trial_period: _Optional[_Union[_calendar_period_pb2.CalendarPeriod, _Mapping]] = ..., activate: bool = ..., provision_service: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetSubscriptionRequest(_message.Message):
    __slots__ = ("subscription_id",)
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    def __init__(self, subscription_id: _Optional[str] = ...) -> None: ...

class ListSubscriptionsRequest(_message.Message):
    __slots__ = ("viewer_id", "package_id", "state", "page_size", "page_token")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    package_id: str
    state: SubscriptionState
    page_size: int
    page_token: str
    def __init__(self, viewer_id: _Optional[str] = ..., package_id: _Optional[str] = ..., state: _Optional[_Union[SubscriptionState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSubscriptionsResponse(_message.Message):
    __slots__ = ("subscriptions", "next_page_token")
    SUBSCRIPTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    subscriptions: _containers.RepeatedCompositeFieldContainer[Subscription]
    next_page_token: str
    def __init__(self, subscriptions: _Optional[_Iterable[_Union[Subscription, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ActivateSubscriptionRequest(_message.Message):
    __slots__ = ("subscription_id", "request_id")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    request_id: str
    def __init__(self, subscription_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PauseSubscriptionRequest(_message.Message):
    __slots__ = ("subscription_id", "request_id")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    request_id: str
    def __init__(self, subscription_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResumeSubscriptionRequest(_message.Message):
    __slots__ = ("subscription_id", "request_id")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    request_id: str
    def __init__(self, subscription_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class FreezeSubscriptionRequest(_message.Message):
    __slots__ = ("subscription_id", "request_id")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    request_id: str
    def __init__(self, subscription_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RenewSubscriptionRequest(_message.Message):
    __slots__ = ("subscription_id", "amount", "payment_reference", "request_id")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    amount: _money_pb2.Money
    payment_reference: str
    request_id: str
    def __init__(self, subscription_id: _Optional[str] = ..., amount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., payment_reference: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ChangeRenewalDateRequest(_message.Message):
    __slots__ = ("subscription_id", "renew_time", "request_id")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    RENEW_TIME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    renew_time: _timestamp_pb2.Timestamp
    request_id: str
    def __init__(self, subscription_id: _Optional[str] = ..., renew_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelSubscriptionRequest(_message.Message):
    __slots__ = ("subscription_id", "at_period_end", "reason", "request_id")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    AT_PERIOD_END_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    at_period_end: bool
    reason: str
    request_id: str
    def __init__(self, subscription_id: _Optional[str] = ..., at_period_end: bool = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SubscriptionExport(_message.Message):
    __slots__ = ("export_id", "subscription_id", "voucher_id", "viewer_id", "package_code", "start_time", "end_time", "provision_service", "delivery_address", "create_time", "acknowledge_time")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PROVISION_SERVICE_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGE_TIME_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    subscription_id: str
    voucher_id: str
    viewer_id: str
    package_code: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    provision_service: str
    delivery_address: _postal_address_pb2.PostalAddress
    create_time: _timestamp_pb2.Timestamp
    acknowledge_time: _timestamp_pb2.Timestamp
    def __init__(self, export_id: _Optional[str] = ..., subscription_id: _Optional[str] = ..., voucher_id: _Optional[str] = ..., viewer_id: _Optional[str] = ..., package_code: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., provision_service: _Optional[str] = ..., delivery_address: _Optional[_Union[_postal_address_pb2.PostalAddress, _Mapping]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., acknowledge_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListSubscriptionExportsRequest(_message.Message):
    __slots__ = ("include_acknowledged", "page_size", "page_token")
    INCLUDE_ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    include_acknowledged: bool
    page_size: int
    page_token: str
    def __init__(self, include_acknowledged: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSubscriptionExportsResponse(_message.Message):
    __slots__ = ("exports", "next_page_token")
    EXPORTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    exports: _containers.RepeatedCompositeFieldContainer[SubscriptionExport]
    next_page_token: str
    def __init__(self, exports: _Optional[_Iterable[_Union[SubscriptionExport, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AcknowledgeSubscriptionExportRequest(_message.Message):
    __slots__ = ("export_id", "request_id")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    request_id: str
    def __init__(self, export_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ConvertToVoucherRequest(_message.Message):
    __slots__ = ("subscription_id", "package_code", "days_of_access", "reason", "request_id")
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    DAYS_OF_ACCESS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subscription_id: str
    package_code: str
    days_of_access: int
    reason: str
    request_id: str
    def __init__(self, subscription_id: _Optional[str] = ..., package_code: _Optional[str] = ..., days_of_access: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ConvertToVoucherResponse(_message.Message):
    __slots__ = ("subscription", "voucher_id", "voucher_code")
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_CODE_FIELD_NUMBER: _ClassVar[int]
    subscription: Subscription
    voucher_id: str
    voucher_code: str
    def __init__(self, subscription: _Optional[_Union[Subscription, _Mapping]] = ..., voucher_id: _Optional[str] = ..., voucher_code: _Optional[str] = ...) -> None: ...
