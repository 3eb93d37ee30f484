from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from usher.access.v1 import access_pb2 as _access_pb2
from usher.catalog.v1 import catalog_pb2 as _catalog_pb2
from usher.type.v1 import code_profile_pb2 as _code_profile_pb2
from usher.type.v1 import money_pb2 as _money_pb2
from usher.type.v1 import postal_address_pb2 as _postal_address_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VoucherEffect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VOUCHER_EFFECT_UNSPECIFIED: _ClassVar[VoucherEffect]
    VOUCHER_EFFECT_ACCESS: _ClassVar[VoucherEffect]
    VOUCHER_EFFECT_DISCOUNT: _ClassVar[VoucherEffect]
    VOUCHER_EFFECT_SUBSCRIPTION: _ClassVar[VoucherEffect]

class DiscountDuration(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DISCOUNT_DURATION_UNSPECIFIED: _ClassVar[DiscountDuration]
    DISCOUNT_DURATION_ONCE: _ClassVar[DiscountDuration]
    DISCOUNT_DURATION_FOREVER: _ClassVar[DiscountDuration]
    DISCOUNT_DURATION_CYCLES: _ClassVar[DiscountDuration]

class RedeemOn(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REDEEM_ON_UNSPECIFIED: _ClassVar[RedeemOn]
    REDEEM_ON_REDEEM: _ClassVar[RedeemOn]
    REDEEM_ON_FIRST_PLAY: _ClassVar[RedeemOn]

class VoucherState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VOUCHER_STATE_UNSPECIFIED: _ClassVar[VoucherState]
    VOUCHER_STATE_ACTIVE: _ClassVar[VoucherState]
    VOUCHER_STATE_SCHEDULED: _ClassVar[VoucherState]
    VOUCHER_STATE_USED: _ClassVar[VoucherState]
    VOUCHER_STATE_EXPIRED: _ClassVar[VoucherState]
    VOUCHER_STATE_DEACTIVATED: _ClassVar[VoucherState]
    VOUCHER_STATE_DELETED: _ClassVar[VoucherState]

class AccessPeriodUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_PERIOD_UNIT_UNSPECIFIED: _ClassVar[AccessPeriodUnit]
    ACCESS_PERIOD_UNIT_HOUR: _ClassVar[AccessPeriodUnit]
    ACCESS_PERIOD_UNIT_DAY: _ClassVar[AccessPeriodUnit]
    ACCESS_PERIOD_UNIT_MONTH: _ClassVar[AccessPeriodUnit]
    ACCESS_PERIOD_UNIT_YEAR: _ClassVar[AccessPeriodUnit]
    ACCESS_PERIOD_UNIT_WEEK: _ClassVar[AccessPeriodUnit]

class VoucherPaymentMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VOUCHER_PAYMENT_METHOD_UNSPECIFIED: _ClassVar[VoucherPaymentMethod]
    VOUCHER_PAYMENT_METHOD_ADYEN: _ClassVar[VoucherPaymentMethod]
    VOUCHER_PAYMENT_METHOD_FREE: _ClassVar[VoucherPaymentMethod]

class VoucherOrderState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VOUCHER_ORDER_STATE_UNSPECIFIED: _ClassVar[VoucherOrderState]
    VOUCHER_ORDER_STATE_PLACED: _ClassVar[VoucherOrderState]
    VOUCHER_ORDER_STATE_CANCELLED: _ClassVar[VoucherOrderState]

class BulkMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BULK_MODE_UNSPECIFIED: _ClassVar[BulkMode]
    BULK_MODE_ATOMIC: _ClassVar[BulkMode]
    BULK_MODE_PER_ROW: _ClassVar[BulkMode]
VOUCHER_EFFECT_UNSPECIFIED: VoucherEffect
VOUCHER_EFFECT_ACCESS: VoucherEffect
VOUCHER_EFFECT_DISCOUNT: VoucherEffect
VOUCHER_EFFECT_SUBSCRIPTION: VoucherEffect
DISCOUNT_DURATION_UNSPECIFIED: DiscountDuration
DISCOUNT_DURATION_ONCE: DiscountDuration
DISCOUNT_DURATION_FOREVER: DiscountDuration
DISCOUNT_DURATION_CYCLES: DiscountDuration
REDEEM_ON_UNSPECIFIED: RedeemOn
REDEEM_ON_REDEEM: RedeemOn
REDEEM_ON_FIRST_PLAY: RedeemOn
VOUCHER_STATE_UNSPECIFIED: VoucherState
VOUCHER_STATE_ACTIVE: VoucherState
VOUCHER_STATE_SCHEDULED: VoucherState
VOUCHER_STATE_USED: VoucherState
VOUCHER_STATE_EXPIRED: VoucherState
VOUCHER_STATE_DEACTIVATED: VoucherState
VOUCHER_STATE_DELETED: VoucherState
ACCESS_PERIOD_UNIT_UNSPECIFIED: AccessPeriodUnit
ACCESS_PERIOD_UNIT_HOUR: AccessPeriodUnit
ACCESS_PERIOD_UNIT_DAY: AccessPeriodUnit
ACCESS_PERIOD_UNIT_MONTH: AccessPeriodUnit
ACCESS_PERIOD_UNIT_YEAR: AccessPeriodUnit
ACCESS_PERIOD_UNIT_WEEK: AccessPeriodUnit
VOUCHER_PAYMENT_METHOD_UNSPECIFIED: VoucherPaymentMethod
VOUCHER_PAYMENT_METHOD_ADYEN: VoucherPaymentMethod
VOUCHER_PAYMENT_METHOD_FREE: VoucherPaymentMethod
VOUCHER_ORDER_STATE_UNSPECIFIED: VoucherOrderState
VOUCHER_ORDER_STATE_PLACED: VoucherOrderState
VOUCHER_ORDER_STATE_CANCELLED: VoucherOrderState
BULK_MODE_UNSPECIFIED: BulkMode
BULK_MODE_ATOMIC: BulkMode
BULK_MODE_PER_ROW: BulkMode

class Voucher(_message.Message):
    __slots__ = ("voucher_id", "organisation_id", "name", "code", "effect", "redeem_on", "access_period", "discount_percent", "scope", "redeem_from", "redeem_until", "usage_limit", "used_count", "per_viewer_limit", "order_id", "custom", "batch_id", "ignore_geoblocking", "ignore_single_ip", "one_time_use", "tv_compatible", "redeemed", "redeem_time", "expire_time", "state", "create_time", "update_time", "etag", "held_count", "email_count", "discount_duration", "discount_cycles", "days_of_access", "package_code", "provision_service", "purchaser_id", "voucher_order_id")
    class CustomEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    REDEEM_ON_FIELD_NUMBER: _ClassVar[int]
    ACCESS_PERIOD_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    REDEEM_FROM_FIELD_NUMBER: _ClassVar[int]
    REDEEM_UNTIL_FIELD_NUMBER: _ClassVar[int]
    USAGE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    USED_COUNT_FIELD_NUMBER: _ClassVar[int]
    PER_VIEWER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    IGNORE_GEOBLOCKING_FIELD_NUMBER: _ClassVar[int]
    IGNORE_SINGLE_IP_FIELD_NUMBER: _ClassVar[int]
    ONE_TIME_USE_FIELD_NUMBER: _ClassVar[int]
    TV_COMPATIBLE_FIELD_NUMBER: _ClassVar[int]
    REDEEMED_FIELD_NUMBER: _ClassVar[int]
    REDEEM_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    HELD_COUNT_FIELD_NUMBER: _ClassVar[int]
    EMAIL_COUNT_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_DURATION_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_CYCLES_FIELD_NUMBER: _ClassVar[int]
    DAYS_OF_ACCESS_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    PROVISION_SERVICE_FIELD_NUMBER: _ClassVar[int]
    PURCHASER_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    organisation_id: str
    name: str
    code: str
    effect: VoucherEffect
    redeem_on: RedeemOn
    access_period: AccessPeriod
    discount_percent: int
    scope: VoucherScope
    redeem_from: _timestamp_pb2.Timestamp
    redeem_until: _timestamp_pb2.Timestamp
    usage_limit: int
    used_count: int
    per_viewer_limit: int
    order_id: str
    custom: _containers.ScalarMap[str, str]
    batch_id: str
    ignore_geoblocking: bool
    ignore_single_ip: bool
    one_time_use: bool
    tv_compatible: bool
    redeemed: bool
    redeem_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    state: VoucherState
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    held_count: int
    email_count: int
    discount_duration: DiscountDuration
    discount_cycles: int
    days_of_access: int
    package_code: str
    provision_service: str
    purchaser_id: str
    voucher_order_id: str
    def __init__(self, voucher_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., name: _Optional[str] = ..., code: _Optional[str] = ..., effect: _Optional[_Union[VoucherEffect, str]] = ..., redeem_on: _Optional[_Union[RedeemOn, str]] = ..., access_period: _Optional[_Union[AccessPeriod, _Mapping]] = ..., discount_percent: _Optional[int] = ..., scope: _Optional[_Union[VoucherScope, _Mapping]] = ..., redeem_from: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., redeem_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., usage_limit: _Optional[int] = ..., used_count: _Optional[int] = ..., per_viewer_limit: _Optional[int] = ..., order_id: _Optional[str] = ..., custom: _Optional[_Mapping[str, str]] = ..., batch_id: _Optional[str] = ..., ignore_geoblocking: bool = ..., ignore_single_ip: bool = ..., one_time_use: bool = ..., tv_compatible: bool = ..., redeemed: bool = ..., redeem_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[VoucherState, str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., held_count: _Optional[int] = ..., email_count: _Optional[int] = ..., discount_duration: _Optional[_Union[DiscountDuration, str]] = ..., discount_cycles: _Optional[int] = ..., days_of_access: _Optional[int] = ..., package_code: _Optional[str] = ..., provision_service: _Optional[str] = ..., purchaser_id: _Optional[str] = ..., voucher_order_id: _Optional[str] = ...) -> None: ...

class AccessPeriod(_message.Message):
    __slots__ = ("fixed_expire_time", "unit", "length")
    FIXED_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    fixed_expire_time: _timestamp_pb2.Timestamp
    unit: AccessPeriodUnit
    length: int
    def __init__(self, fixed_expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., unit: _Optional[_Union[AccessPeriodUnit, str]] = ..., length: _Optional[int] = ...) -> None: ...

class VoucherScope(_message.Message):
    __slots__ = ("asset_ids", "package_ids", "price_option_ids", "payment_types")
    ASSET_IDS_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    PRICE_OPTION_IDS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_TYPES_FIELD_NUMBER: _ClassVar[int]
    asset_ids: _containers.RepeatedScalarFieldContainer[str]
    package_ids: _containers.RepeatedScalarFieldContainer[str]
    price_option_ids: _containers.RepeatedScalarFieldContainer[str]
    payment_types: _containers.RepeatedScalarFieldContainer[_catalog_pb2.PaymentType]
    def __init__(self, asset_ids: _Optional[_Iterable[str]] = ..., package_ids: _Optional[_Iterable[str]] = ..., price_option_ids: _Optional[_Iterable[str]] = ..., payment_types: _Optional[_Iterable[_Union[_catalog_pb2.PaymentType, str]]] = ...) -> None: ...

class CreateVoucherRequest(_message.Message):
    __slots__ = ("voucher", "code_profile", "request_id", "unlimited")
    VOUCHER_FIELD_NUMBER: _ClassVar[int]
    CODE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    UNLIMITED_FIELD_NUMBER: _ClassVar[int]
    voucher: Voucher
    code_profile: _code_profile_pb2.CodeProfile
    request_id: str
    unlimited: bool
    def __init__(self, voucher: _Optional[_Union[Voucher, _Mapping]] = ..., code_profile: _Optional[_Union[_code_profile_pb2.CodeProfile, _Mapping]] = ..., request_id: _Optional[str] = ..., unlimited: bool = ...) -> None: ...

class GenerateVouchersRequest(_message.Message):
    __slots__ = ("asset_id", "asset_type", "count", "code_profile", "batch_id", "name", "redeem_on", "access_period", "redeem_from", "redeem_until", "usage_limit", "unlimited", "per_viewer_limit", "order_id", "custom", "ignore_geoblocking", "ignore_single_ip", "one_time_use", "request_id", "package_code", "days_of_access", "provision_service")
    class CustomEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_TYPE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    CODE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REDEEM_ON_FIELD_NUMBER: _ClassVar[int]
    ACCESS_PERIOD_FIELD_NUMBER: _ClassVar[int]
    REDEEM_FROM_FIELD_NUMBER: _ClassVar[int]
    REDEEM_UNTIL_FIELD_NUMBER: _ClassVar[int]
    USAGE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    UNLIMITED_FIELD_NUMBER: _ClassVar[int]
    PER_VIEWER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    IGNORE_GEOBLOCKING_FIELD_NUMBER: _ClassVar[int]
    IGNORE_SINGLE_IP_FIELD_NUMBER: _ClassVar[int]
    ONE_TIME_USE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    DAYS_OF_ACCESS_FIELD_NUMBER: _ClassVar[int]
    PROVISION_SERVICE_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    asset_type: _catalog_pb2.AssetType
    count: int
    code_profile: _code_profile_pb2.CodeProfile
    batch_id: str
    name: str
    redeem_on: RedeemOn
    access_period: AccessPeriod
    redeem_from: _timestamp_pb2.Timestamp
    redeem_until: _timestamp_pb2.Timestamp
    usage_limit: int
    unlimited: bool
    per_viewer_limit: int
    order_id: str
    custom: _containers.ScalarMap[str, str]
    ignore_geoblocking: bool
    ignore_single_ip: bool
    one_time_use: bool
    request_id: str
    package_code: str
    days_of_access: int
    provision_service: str
    def __init__(self, asset_id: _Optional[str] = ..., asset_type: _Optional[_Union[_catalog_pb2.AssetType, str]] = ..., count: _Optional[int] = ..., code_profile: _Optional[_Union[_code_profile_pb2.CodeProfile, _Mapping]] = ..., batch_id: _Optional[str] = ..., name: _Optional[str] = ..., redeem_on: _Optional[_Union[RedeemOn, str]] = ..., access_period: _Optional[_Union[AccessPeriod, _Mapping]] = ..., redeem_from: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., redeem_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., usage_limit: _Optional[int] = ..., unlimited: bool = ..., per_viewer_limit: _Optional[int] = ..., order_id: _Optional[str] = ..., custom: _Optional[_Mapping[str, str]] = ..., ignore_geoblocking: bool = ..., ignore_single_ip: bool = ..., one_time_use: bool = ..., request_id: _Optional[str] = ..., package_code: _Optional[str] = ..., days_of_access: _Optional[int] = ..., provision_service: _Optional[str] = ...) -> None: ...

class GenerateVouchersResponse(_message.Message):
    __slots__ = ("batch_id", "vouchers")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHERS_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    vouchers: _containers.RepeatedCompositeFieldContainer[GeneratedVoucher]
    def __init__(self, batch_id: _Optional[str] = ..., vouchers: _Optional[_Iterable[_Union[GeneratedVoucher, _Mapping]]] = ...) -> None: ...

class GeneratedVoucher(_message.Message):
    __slots__ = ("voucher_id", "code", "tv_compatible")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TV_COMPATIBLE_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    code: str
    tv_compatible: bool
    def __init__(self, voucher_id: _Optional[str] = ..., code: _Optional[str] = ..., tv_compatible: bool = ...) -> None: ...

class GetVoucherRequest(_message.Message):
    __slots__ = ("voucher_id",)
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    def __init__(self, voucher_id: _Optional[str] = ...) -> None: ...

class LookupVoucherRequest(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class LookupVoucherResponse(_message.Message):
    __slots__ = ("voucher_id", "code", "state", "redeemed", "expire_time", "landing_page")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REDEEMED_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    LANDING_PAGE_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    code: str
    state: VoucherState
    redeemed: bool
    expire_time: _timestamp_pb2.Timestamp
    landing_page: LandingPage
    def __init__(self, voucher_id: _Optional[str] = ..., code: _Optional[str] = ..., state: _Optional[_Union[VoucherState, str]] = ..., redeemed: bool = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., landing_page: _Optional[_Union[LandingPage, _Mapping]] = ...) -> None: ...

class LandingPage(_message.Message):
    __slots__ = ("asset_id", "type", "title", "description", "related_content")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RELATED_CONTENT_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    type: _catalog_pb2.AssetType
    title: str
    description: str
    related_content: _containers.RepeatedCompositeFieldContainer[_catalog_pb2.RelatedContent]
    def __init__(self, asset_id: _Optional[str] = ..., type: _Optional[_Union[_catalog_pb2.AssetType, str]] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., related_content: _Optional[_Iterable[_Union[_catalog_pb2.RelatedContent, _Mapping]]] = ...) -> None: ...

class ListVouchersRequest(_message.Message):
    __slots__ = ("batch_id", "asset_id", "state", "created_from", "created_until", "page_size", "page_token")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATED_FROM_FIELD_NUMBER: _ClassVar[int]
    CREATED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    asset_id: str
    state: VoucherState
    created_from: _timestamp_pb2.Timestamp
    created_until: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, batch_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., state: _Optional[_Union[VoucherState, str]] = ..., created_from: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., created_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ExportVouchersRequest(_message.Message):
    __slots__ = ("batch_id", "asset_id", "state", "created_from", "created_until")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATED_FROM_FIELD_NUMBER: _ClassVar[int]
    CREATED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    asset_id: str
    state: VoucherState
    created_from: _timestamp_pb2.Timestamp
    created_until: _timestamp_pb2.Timestamp
    def __init__(self, batch_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., state: _Optional[_Union[VoucherState, str]] = ..., created_from: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., created_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListVouchersResponse(_message.Message):
    __slots__ = ("vouchers", "next_page_token")
    VOUCHERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    vouchers: _containers.RepeatedCompositeFieldContainer[Voucher]
    next_page_token: str
    def __init__(self, vouchers: _Optional[_Iterable[_Union[Voucher, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ValidateVoucherRequest(_message.Message):
    __slots__ = ("code", "viewer_id", "asset_id", "package_id", "price_option_id", "delivery_address")
    CODE_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    code: str
    viewer_id: str
    asset_id: str
    package_id: str
    price_option_id: str
    delivery_address: _postal_address_pb2.PostalAddress
    def __init__(self, code: _Optional[str] = ..., viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., package_id: _Optional[str] = ..., price_option_id: _Optional[str] = ..., delivery_address: _Optional[_Union[_postal_address_pb2.PostalAddress, _Mapping]] = ...) -> None: ...

class ValidateVoucherResponse(_message.Message):
    __slots__ = ("valid", "reason", "message", "voucher_id", "state")
    VALID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    reason: str
    message: str
    voucher_id: str
    state: VoucherState
    def __init__(self, valid: bool = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., voucher_id: _Optional[str] = ..., state: _Optional[_Union[VoucherState, str]] = ...) -> None: ...

class RedeemVoucherRequest(_message.Message):
    __slots__ = ("code", "viewer_id", "asset_id", "request_id", "reservation_id", "package_id", "price_option_id", "delivery_address")
    CODE_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    code: str
    viewer_id: str
    asset_id: str
    request_id: str
    reservation_id: str
    package_id: str
    price_option_id: str
    delivery_address: _postal_address_pb2.PostalAddress
    def __init__(self, code: _Optional[str] = ..., viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., request_id: _Optional[str] = ..., reservation_id: _Optional[str] = ..., package_id: _Optional[str] = ..., price_option_id: _Optional[str] = ..., delivery_address: _Optional[_Union[_postal_address_pb2.PostalAddress, _Mapping]] = ...) -> None: ...

class RedeemVoucherResponse(_message.Message):
    __slots__ = ("redemption", "access")
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    redemption: Redemption
    access: _access_pb2.Access
    def __init__(self, redemption: _Optional[_Union[Redemption, _Mapping]] = ..., access: _Optional[_Union[_access_pb2.Access, _Mapping]] = ...) -> None: ...

class Redemption(_message.Message):
    __slots__ = ("redemption_id", "voucher_id", "viewer_id", "asset_id", "access_id", "redeem_time", "roll_back_time", "package_id", "subscription_id", "provision_service")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    REDEEM_TIME_FIELD_NUMBER: _ClassVar[int]
    ROLL_BACK_TIME_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    PROVISION_SERVICE_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    voucher_id: str
    viewer_id: str
    asset_id: str
    access_id: str
    redeem_time: _timestamp_pb2.Timestamp
    roll_back_time: _timestamp_pb2.Timestamp
    package_id: str
    subscription_id: str
    provision_service: str
    def __init__(self, redemption_id: _Optional[str] = ..., voucher_id: _Optional[str] = ..., viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., access_id: _Optional[str] = ..., redeem_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., roll_back_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., package_id: _Optional[str] = ..., subscription_id: _Optional[str] = ..., provision_service: _Optional[str] = ...) -> None: ...

class ListRedemptionsRequest(_message.Message):
    __slots__ = ("voucher_id", "page_size", "page_token")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    page_size: int
    page_token: str
    def __init__(self, voucher_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRedemptionsResponse(_message.Message):
    __slots__ = ("redemptions", "next_page_token")
    REDEMPTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    redemptions: _containers.RepeatedCompositeFieldContainer[Redemption]
    next_page_token: str
    def __init__(self, redemptions: _Optional[_Iterable[_Union[Redemption, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReserveVoucherRequest(_message.Message):
    __slots__ = ("code", "viewer_id", "asset_id", "ttl", "request_id", "package_id", "price_option_id")
    CODE_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    code: str
    viewer_id: str
    asset_id: str
    ttl: _duration_pb2.Duration
    request_id: str
    package_id: str
    price_option_id: str
    def __init__(self, code: _Optional[str] = ..., viewer_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., ttl: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., request_id: _Optional[str] = ..., package_id: _Optional[str] = ..., price_option_id: _Optional[str] = ...) -> None: ...

class Reservation(_message.Message):
    __slots__ = ("reservation_id", "voucher_id", "viewer_id", "create_time", "expire_time")
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    reservation_id: str
    voucher_id: str
    viewer_id: str
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, reservation_id: _Optional[str] = ..., voucher_id: _Optional[str] = ..., viewer_id: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReleaseReservationRequest(_message.Message):
    __slots__ = ("reservation_id", "request_id")
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    reservation_id: str
    request_id: str
    def __init__(self, reservation_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReleaseReservationResponse(_message.Message):
    __slots__ = ("voucher_id",)
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    def __init__(self, voucher_id: _Optional[str] = ...) -> None: ...

class ResetVoucherExpiryRequest(_message.Message):
    __slots__ = ("voucher_id", "expire_time", "request_id")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    expire_time: _timestamp_pb2.Timestamp
    request_id: str
    def __init__(self, voucher_id: _Optional[str] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListVoucherSessionsRequest(_message.Message):
    __slots__ = ("voucher_id", "page_size", "page_token")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    page_size: int
    page_token: str
    def __init__(self, voucher_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListVoucherSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[_access_pb2.PlaybackSession]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[_access_pb2.PlaybackSession, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AddVoucherEmailsRequest(_message.Message):
    __slots__ = ("voucher_id", "emails", "mode", "validate_only", "request_id", "csv")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAILS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CSV_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    emails: _containers.RepeatedScalarFieldContainer[str]
    mode: BulkMode
    validate_only: bool
    request_id: str
    csv: bytes
    def __init__(self, voucher_id: _Optional[str] = ..., emails: _Optional[_Iterable[str]] = ..., mode: _Optional[_Union[BulkMode, str]] = ..., validate_only: bool = ..., request_id: _Optional[str] = ..., csv: _Optional[bytes] = ...) -> None: ...

class AddVoucherEmailsResponse(_message.Message):
    __slots__ = ("added_count", "email_count", "errors")
    ADDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    EMAIL_COUNT_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    added_count: int
    email_count: int
    errors: _containers.RepeatedCompositeFieldContainer[RowError]
    def __init__(self, added_count: _Optional[int] = ..., email_count: _Optional[int] = ..., errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ...) -> None: ...

class RemoveVoucherEmailsRequest(_message.Message):
    __slots__ = ("voucher_id", "emails", "all", "request_id")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAILS_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    emails: _containers.RepeatedScalarFieldContainer[str]
    all: bool
    request_id: str
    def __init__(self, voucher_id: _Optional[str] = ..., emails: _Optional[_Iterable[str]] = ..., all: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class RemoveVoucherEmailsResponse(_message.Message):
    __slots__ = ("removed_count", "email_count")
    REMOVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    EMAIL_COUNT_FIELD_NUMBER: _ClassVar[int]
    removed_count: int
    email_count: int
    def __init__(self, removed_count: _Optional[int] = ..., email_count: _Optional[int] = ...) -> None: ...

class ListVoucherEmailsRequest(_message.Message):
    __slots__ = ("voucher_id", "page_size", "page_token")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    page_size: int
    page_token: str
    def __init__(self, voucher_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListVoucherEmailsResponse(_message.Message):
    __slots__ = ("emails", "next_page_token")
    EMAILS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    emails: _containers.RepeatedCompositeFieldContainer[VoucherEmail]
    next_page_token: str
    def __init__(self, emails: _Optional[_Iterable[_Union[VoucherEmail, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class VoucherEmail(_message.Message):
    __slots__ = ("email",)
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    email: str
    def __init__(self, email: _Optional[str] = ...) -> None: ...

class VoucherBatch(_message.Message):
    __slots__ = ("batch_id", "organisation_id", "create_time", "voucher_count", "active_count", "scheduled_count", "used_count", "expired_count", "deactivated_count", "deleted_count", "redeemed_count", "redemption_count")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_COUNT_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SCHEDULED_COUNT_FIELD_NUMBER: _ClassVar[int]
    USED_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DEACTIVATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DELETED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REDEEMED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    organisation_id: str
    create_time: _timestamp_pb2.Timestamp
    voucher_count: int
    active_count: int
    scheduled_count: int
    used_count: int
    expired_count: int
    deactivated_count: int
    deleted_count: int
    redeemed_count: int
    redemption_count: int
    def __init__(self, batch_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., voucher_count: _Optional[int] = ..., active_count: _Optional[int] = ..., scheduled_count: _Optional[int] = ..., used_count: _Optional[int] = ..., expired_count: _Optional[int] = ..., deactivated_count: _Optional[int] = ..., deleted_count: _Optional[int] = ..., redeemed_count: _Optional[int] = ..., redemption_count: _Optional[int] = ...) -> None: ...

class GetVoucherBatchRequest(_message.Message):
    __slots__ = ("batch_id",)
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    def __init__(self, batch_id: _Optional[str] = ...) -> None: ...

class ExpireVoucherBatchRequest(_message.Message):
    __slots__ = ("batch_id", "validate_only", "request_id")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    validate_only: bool
    request_id: str
    def __init__(self, batch_id: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class ExpireVoucherBatchResponse(_message.Message):
    __slots__ = ("batch", "expired_count", "ended_access_count")
    BATCH_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ENDED_ACCESS_COUNT_FIELD_NUMBER: _ClassVar[int]
    batch: VoucherBatch
    expired_count: int
    ended_access_count: int
    def __init__(self, batch: _Optional[_Union[VoucherBatch, _Mapping]] = ..., expired_count: _Optional[int] = ..., ended_access_count: _Optional[int] = ...) -> None: ...

class VoucherOrder(_message.Message):
    __slots__ = ("voucher_order_id", "organisation_id", "purchaser_id", "package_code", "payment_period_id", "quantity", "days_of_access", "payment_method", "payment_reference", "amount", "state", "redeemed_count", "create_time", "cancel_time", "cancel_reason")
    VOUCHER_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    PURCHASER_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    DAYS_OF_ACCESS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_METHOD_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REDEEMED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CANCEL_TIME_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REASON_FIELD_NUMBER: _ClassVar[int]
    voucher_order_id: str
    organisation_id: str
    purchaser_id: str
    package_code: str
    payment_period_id: str
    quantity: int
    days_of_access: int
    payment_method: VoucherPaymentMethod
    payment_reference: str
    amount: _money_pb2.Money
    state: VoucherOrderState
    redeemed_count: int
    create_time: _timestamp_pb2.Timestamp
    cancel_time: _timestamp_pb2.Timestamp
    cancel_reason: str
    def __init__(self, voucher_order_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., purchaser_id: _Optional[str] = ..., package_code: _Optional[str] = ..., payment_period_id: _Optional[str] = ..., quantity: _Optional[int] = ..., days_of_access: _Optional[int] = ..., payment_method: _Optional[_Union[VoucherPaymentMethod, str]] = ..., payment_reference: _Optional[str] = ..., amount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., state: _Optional[_Union[VoucherOrderState, str]] = ..., redeemed_count: _Optional[int] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_reason: _Optional[str] = ...) -> None: ...

class PlaceVoucherOrderRequest(_message.Message):
    __slots__ = ("payment_period_id", "quantity", "purchaser_id", "payment_method", "payment_reference", "name", "redeem_until", "provision_service", "code_profile", "request_id")
    PAYMENT_PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    PURCHASER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_METHOD_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REDEEM_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PROVISION_SERVICE_FIELD_NUMBER: _ClassVar[int]
    CODE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    payment_period_id: str
    quantity: int
    purchaser_id: str
    payment_method: VoucherPaymentMethod
    payment_reference: str
    name: str
    redeem_until: _timestamp_pb2.Timestamp
    provision_service: str
    code_profile: _code_profile_pb2.CodeProfile
    request_id: str
    def __init__(self, payment_period_id: _Optional[str] = ..., quantity: _Optional[int] = ..., purchaser_id: _Optional[str] = ..., payment_method: _Optional[_Union[VoucherPaymentMethod, str]] = ..., payment_reference: _Optional[str] = ..., name: _Optional[str] = ..., redeem_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., provision_service: _Optional[str] = ..., code_profile: _Optional[_Union[_code_profile_pb2.CodeProfile, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class PlaceVoucherOrderResponse(_message.Message):
    __slots__ = ("voucher_order", "vouchers")
    VOUCHER_ORDER_FIELD_NUMBER: _ClassVar[int]
    VOUCHERS_FIELD_NUMBER: _ClassVar[int]
    voucher_order: VoucherOrder
    vouchers: _containers.RepeatedCompositeFieldContainer[GeneratedVoucher]
    def __init__(self, voucher_order: _Optional[_Union[VoucherOrder, _Mapping]] = ..., vouchers: _Optional[_Iterable[_Union[GeneratedVoucher, _Mapping]]] = ...) -> None: ...

class GetVoucherOrderRequest(_message.Message):
    __slots__ = ("voucher_order_id",)
    VOUCHER_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_order_id: str
    def __init__(self, voucher_order_id: _Optional[str] = ...) -> None: ...

class CancelVoucherOrderRequest(_message.Message):
    __slots__ = ("voucher_order_id", "reason", "request_id")
    VOUCHER_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_order_id: str
    reason: str
    request_id: str
    def __init__(self, voucher_order_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListBoughtVouchersRequest(_message.Message):
    __slots__ = ("purchaser_id", "voucher_order_id", "page_size", "page_token")
    PURCHASER_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    purchaser_id: str
    voucher_order_id: str
    page_size: int
    page_token: str
    def __init__(self, purchaser_id: _Optional[str] = ..., voucher_order_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBoughtVouchersResponse(_message.Message):
    __slots__ = ("vouchers", "next_page_token")
    VOUCHERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    vouchers: _containers.RepeatedCompositeFieldContainer[Voucher]
    next_page_token: str
    def __init__(self, vouchers: _Optional[_Iterable[_Union[Voucher, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ImportVouchersRequest(_message.Message):
    __slots__ = ("template", "unlimited", "codes", "batch_id", "mode", "validate_only", "request_id", "csv")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    UNLIMITED_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CSV_FIELD_NUMBER: _ClassVar[int]
    template: Voucher
    unlimited: bool
    codes: _containers.RepeatedScalarFieldContainer[str]
    batch_id: str
    mode: BulkMode
    validate_only: bool
    request_id: str
    csv: bytes
    def __init__(self, template: _Optional[_Union[Voucher, _Mapping]] = ..., unlimited: bool = ..., codes: _Optional[_Iterable[str]] = ..., batch_id: _Optional[str] = ..., mode: _Optional[_Union[BulkMode, str]] = ..., validate_only: bool = ..., request_id: _Optional[str] = ..., csv: _Optional[bytes] = ...) -> None: ...

class ImportVouchersResponse(_message.Message):
    __slots__ = ("batch_id", "created_count", "errors")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    created_count: int
    errors: _containers.RepeatedCompositeFieldContainer[RowError]
    def __init__(self, batch_id: _Optional[str] = ..., created_count: _Optional[int] = ..., errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ...) -> None: ...

class RowError(_message.Message):
    __slots__ = ("row", "reason", "message")
    ROW_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    row: int
    reason: str
    message: str
    def __init__(self, row: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class SearchVouchersRequest(_message.Message):
    __slots__ = ("query", "page_size", "page_token")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    query: str
    page_size: int
    page_token: str
    def __init__(self, query: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SearchVouchersResponse(_message.Message):
    __slots__ = ("vouchers", "next_page_token")
    VOUCHERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    vouchers: _containers.RepeatedCompositeFieldContainer[Voucher]
    next_page_token: str
    def __init__(self, vouchers: _Optional[_Iterable[_Union[Voucher, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateVoucherRequest(_message.Message):
    __slots__ = ("voucher", "update_mask", "request_id")
    VOUCHER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    voucher: Voucher
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, voucher: _Optional[_Union[Voucher, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ExpireVoucherRequest(_message.Message):
    __slots__ = ("voucher_id", "request_id")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    request_id: str
    def __init__(self, voucher_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeactivateVoucherRequest(_message.Message):
    __slots__ = ("voucher_id", "request_id")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    request_id: str
    def __init__(self, voucher_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReactivateVoucherRequest(_message.Message):
    __slots__ = ("voucher_id", "request_id")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    request_id: str
    def __init__(self, voucher_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteVoucherRequest(_message.Message):
    __slots__ = ("voucher_id", "etag", "request_id")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    etag: str
    request_id: str
    def __init__(self, voucher_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RollBackRedemptionRequest(_message.Message):
    __slots__ = ("voucher_id", "redemption_id", "request_id")
    VOUCHER_ID_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    voucher_id: str
    redemption_id: str
    request_id: str
    def __init__(self, voucher_id: _Optional[str] = ..., redemption_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...
