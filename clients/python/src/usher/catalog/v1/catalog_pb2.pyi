from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from usher.type.v1 import calendar_period_pb2 as _calendar_period_pb2
from usher.type.v1 import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AssetType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ASSET_TYPE_UNSPECIFIED: _ClassVar[AssetType]
    ASSET_TYPE_VIDEO: _ClassVar[AssetType]
    ASSET_TYPE_LIVE_EVENT: _ClassVar[AssetType]
    ASSET_TYPE_SERIES: _ClassVar[AssetType]
    ASSET_TYPE_PLAYLIST: _ClassVar[AssetType]
    ASSET_TYPE_PERFORMANCE: _ClassVar[AssetType]

class RelatedContentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RELATED_CONTENT_KIND_UNSPECIFIED: _ClassVar[RelatedContentKind]
    RELATED_CONTENT_KIND_TRAILER: _ClassVar[RelatedContentKind]
    RELATED_CONTENT_KIND_LIVE_STREAM: _ClassVar[RelatedContentKind]
    RELATED_CONTENT_KIND_BONUS: _ClassVar[RelatedContentKind]

class GeoPolicyMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GEO_POLICY_MODE_UNSPECIFIED: _ClassVar[GeoPolicyMode]
    GEO_POLICY_MODE_ALLOW: _ClassVar[GeoPolicyMode]
    GEO_POLICY_MODE_BLOCK: _ClassVar[GeoPolicyMode]

class PaymentType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYMENT_TYPE_UNSPECIFIED: _ClassVar[PaymentType]
    PAYMENT_TYPE_PPV: _ClassVar[PaymentType]
    PAYMENT_TYPE_SUBSCRIPTION: _ClassVar[PaymentType]

class PaymentPeriodType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYMENT_PERIOD_TYPE_UNSPECIFIED: _ClassVar[PaymentPeriodType]
    PAYMENT_PERIOD_TYPE_LIMITED: _ClassVar[PaymentPeriodType]
    PAYMENT_PERIOD_TYPE_RECURRING: _ClassVar[PaymentPeriodType]
    PAYMENT_PERIOD_TYPE_SINGLE: _ClassVar[PaymentPeriodType]

class ViewerStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VIEWER_STATUS_UNSPECIFIED: _ClassVar[ViewerStatus]
    VIEWER_STATUS_ACTIVE: _ClassVar[ViewerStatus]
    VIEWER_STATUS_DEACTIVATED: _ClassVar[ViewerStatus]
ASSET_TYPE_UNSPECIFIED: AssetType
ASSET_TYPE_VIDEO: AssetType
ASSET_TYPE_LIVE_EVENT: AssetType
ASSET_TYPE_SERIES: AssetType
ASSET_TYPE_PLAYLIST: AssetType
ASSET_TYPE_PERFORMANCE: AssetType
RELATED_CONTENT_KIND_UNSPECIFIED: RelatedContentKind
RELATED_CONTENT_KIND_TRAILER: RelatedContentKind
RELATED_CONTENT_KIND_LIVE_STREAM: RelatedContentKind
RELATED_CONTENT_KIND_BONUS: RelatedContentKind
GEO_POLICY_MODE_UNSPECIFIED: GeoPolicyMode
GEO_POLICY_MODE_ALLOW: GeoPolicyMode
GEO_POLICY_MODE_BLOCK: GeoPolicyMode
PAYMENT_TYPE_UNSPECIFIED: PaymentType
PAYMENT_TYPE_PPV: PaymentType
PAYMENT_TYPE_SUBSCRIPTION: PaymentType
PAYMENT_PERIOD_TYPE_UNSPECIFIED: PaymentPeriodType
PAYMENT_PERIOD_TYPE_LIMITED: PaymentPeriodType
PAYMENT_PERIOD_TYPE_RECURRING: PaymentPeriodType
PAYMENT_PERIOD_TYPE_SINGLE: PaymentPeriodType
VIEWER_STATUS_UNSPECIFIED: ViewerStatus
VIEWER_STATUS_ACTIVE: ViewerStatus
VIEWER_STATUS_DEACTIVATED: ViewerStatus

class Asset(_message.Message):
    __slots__ = ("asset_id", "organisation_id", "type", "title", "description", "related_content", "member_asset_ids", "geo_policy", "single_ip_protection", "create_time", "update_time", "etag")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RELATED_CONTENT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ASSET_IDS_FIELD_NUMBER: _ClassVar[int]
    GEO_POLICY_FIELD_NUMBER: _ClassVar[int]
    SINGLE_IP_PROTECTION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    organisation_id: str
    type: AssetType
    title: str
    description: str
    related_content: _containers.RepeatedCompositeFieldContainer[RelatedContent]
    member_asset_ids: _containers.RepeatedScalarFieldContainer[str]
    geo_policy: GeoPolicy
    single_ip_protection: bool
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, asset_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., type: _Optional[_Union[AssetType, str]] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., related_content: _Optional[_Iterable[_Union[RelatedContent, _Mapping]]] = ..., member_asset_ids: _Optional[_Iterable[str]] = ..., geo_policy: _Optional[_Union[GeoPolicy, _Mapping]] = ..., single_ip_protection: bool = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class RelatedContent(_message.Message):
    __slots__ = ("kind", "title", "url", "start_time")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    kind: RelatedContentKind
    title: str
    url: str
    start_time: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[RelatedContentKind, str]] = ..., title: _Optional[str] = ..., url: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GeoPolicy(_message.Message):
    __slots__ = ("mode", "country_codes")
    MODE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_CODES_FIELD_NUMBER: _ClassVar[int]
    mode: GeoPolicyMode
    country_codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mode: _Optional[_Union[GeoPolicyMode, str]] = ..., country_codes: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateAssetRequest(_message.Message):
    __slots__ = ("asset", "request_id")
    ASSET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    asset: Asset
    request_id: str
    def __init__(self, asset: _Optional[_Union[Asset, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetAssetRequest(_message.Message):
    __slots__ = ("asset_id",)
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    def __init__(self, asset_id: _Optional[str] = ...) -> None: ...

class ListAssetsRequest(_message.Message):
    __slots__ = ("type", "page_size", "page_token")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    type: AssetType
    page_size: int
    page_token: str
    def __init__(self, type: _Optional[_Union[AssetType, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAssetsResponse(_message.Message):
    __slots__ = ("assets", "next_page_token")
    ASSETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    assets: _containers.RepeatedCompositeFieldContainer[Asset]
    next_page_token: str
    def __init__(self, assets: _Optional[_Iterable[_Union[Asset, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateAssetRequest(_message.Message):
    __slots__ = ("asset", "update_mask", "request_id")
    ASSET_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    asset: Asset
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, asset: _Optional[_Union[Asset, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteAssetRequest(_message.Message):
    __slots__ = ("asset_id", "etag", "request_id")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    etag: str
    request_id: str
    def __init__(self, asset_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class BatchUpsertAssetsRequest(_message.Message):
    __slots__ = ("assets", "validate_only", "request_id")
    ASSETS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    assets: _containers.RepeatedCompositeFieldContainer[Asset]
    validate_only: bool
    request_id: str
    def __init__(self, assets: _Optional[_Iterable[_Union[Asset, _Mapping]]] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class BatchUpsertAssetsResponse(_message.Message):
    __slots__ = ("created_count", "updated_count", "unchanged_count")
    CREATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    created_count: int
    updated_count: int
    unchanged_count: int
    def __init__(self, created_count: _Optional[int] = ..., updated_count: _Optional[int] = ..., unchanged_count: _Optional[int] = ...) -> None: ...

class Package(_message.Message):
    __slots__ = ("package_id", "organisation_id", "package_code", "title", "description", "asset_ids", "print_product", "delivery_address_required", "voucher_purchase_enabled", "grace_days", "allow_several_subscriptions", "create_time", "update_time", "etag")
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ASSET_IDS_FIELD_NUMBER: _ClassVar[int]
    PRINT_PRODUCT_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_ADDRESS_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_PURCHASE_ENABLED_FIELD_NUMBER: _ClassVar[int]
    GRACE_DAYS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_SEVERAL_SUBSCRIPTIONS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    package_id: str
    organisation_id: str
    package_code: str
    title: str
    description: str
    asset_ids: _containers.RepeatedScalarFieldContainer[str]
    print_product: bool
    delivery_address_required: bool
    voucher_purchase_enabled: bool
    grace_days: int
    allow_several_subscriptions: bool
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, package_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., package_code: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., asset_ids: _Optional[_Iterable[str]] = ..., print_product: bool = ..., delivery_address_required: bool = ..., voucher_purchase_enabled: bool = ..., grace_days: _Optional[int] = ..., allow_several_subscriptions: bool = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreatePackageRequest(_message.Message):
    __slots__ = ("package", "request_id")
    PACKAGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    package: Package
    request_id: str
    def __init__(self, package: _Optional[_Union[Package, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetPackageRequest(_message.Message):
    __slots__ = ("package_id",)
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    package_id: str
    def __init__(self, package_id: _Optional[str] = ...) -> None: ...

class ListPackagesRequest(_message.Message):
    __slots__ = ("asset_id", "package_code", "page_size", "page_token")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    package_code: str
    page_size: int
    page_token: str
    def __init__(self, asset_id: _Optional[str] = ..., package_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPackagesResponse(_message.Message):
    __slots__ = ("packages", "next_page_token")
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    packages: _containers.RepeatedCompositeFieldContainer[Package]
    next_page_token: str
    def __init__(self, packages: _Optional[_Iterable[_Union[Package, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdatePackageRequest(_message.Message):
    __slots__ = ("package", "update_mask", "request_id")
    PACKAGE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    package: Package
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, package: _Optional[_Union[Package, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeletePackageRequest(_message.Message):
    __slots__ = ("package_id", "etag", "request_id")
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    package_id: str
    etag: str
    request_id: str
    def __init__(self, package_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PriceOption(_message.Message):
    __slots__ = ("price_option_id", "organisation_id", "asset_id", "package_id", "name", "payment_type", "price", "access_period", "create_time", "update_time", "etag")
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    ACCESS_PERIOD_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    price_option_id: str
    organisation_id: str
    asset_id: str
    package_id: str
    name: str
    payment_type: PaymentType
    price: _money_pb2.Money
    access_period: _calendar_period_pb2.CalendarPeriod
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, price_option_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., asset_id: _Optional[str] = ..., package_id: _Optional[str] = ..., name: _Optional[str] = ..., payment_type: _Optional[_Union[PaymentType, str]] = ..., price: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., access_period: _Optional[_Union[_calendar_period_pb2.CalendarPeriod, _Mapping]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreatePriceOptionRequest(_message.Message):
    __slots__ = ("price_option", "request_id")
    PRICE_OPTION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    price_option: PriceOption
    request_id: str
    def __init__(self, price_option: _Optional[_Union[PriceOption, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetPriceOptionRequest(_message.Message):
    __slots__ = ("price_option_id",)
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    price_option_id: str
    def __init__(self, price_option_id: _Optional[str] = ...) -> None: ...

class ListPriceOptionsRequest(_message.Message):
    __slots__ = ("asset_id", "package_id", "page_size", "page_token")
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    asset_id: str
    package_id: str
    page_size: int
    page_token: str
    def __init__(self, asset_id: _Optional[str] = ..., package_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPriceOptionsResponse(_message.Message):
    __slots__ = ("price_options", "next_page_token")
    PRICE_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    price_options: _containers.RepeatedCompositeFieldContainer[PriceOption]
    next_page_token: str
    def __init__(self, price_options: _Optional[_Iterable[_Union[PriceOption, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdatePriceOptionRequest(_message.Message):
    __slots__ = ("price_option", "update_mask", "request_id")
    PRICE_OPTION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    price_option: PriceOption
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, price_option: _Optional[_Union[PriceOption, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeletePriceOptionRequest(_message.Message):
    __slots__ = ("price_option_id", "etag", "request_id")
    PRICE_OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    price_option_id: str
    etag: str
    request_id: str
    def __init__(self, price_option_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PaymentPeriod(_message.Message):
    __slots__ = ("payment_period_id", "organisation_id", "package_id", "name", "type", "length", "price", "enabled", "create_time", "update_time", "etag")
    PAYMENT_PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    payment_period_id: str
    organisation_id: str
    package_id: str
    name: str
    type: PaymentPeriodType
    length: _calendar_period_pb2.CalendarPeriod
    price: _money_pb2.Money
    enabled: bool
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, payment_period_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., package_id: _Optional[str] = ..., name: _Optional[str] = ..., type: _Optional[_Union[PaymentPeriodType, str]] = ..., length: _Optional[_Union[_calendar_period_pb2.CalendarPeriod, _Mapping]] = ..., price: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., enabled: bool = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreatePaymentPeriodRequest(_message.Message):
    __slots__ = ("payment_period", "request_id")
    PAYMENT_PERIOD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    payment_period: PaymentPeriod
    request_id: str
    def __init__(self, payment_period: _Optional[_Union[PaymentPeriod, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetPaymentPeriodRequest(_message.Message):
    __slots__ = ("payment_period_id",)
    PAYMENT_PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    payment_period_id: str
    def __init__(self, payment_period_id: _Optional[str] = ...) -> None: ...

class ListPaymentPeriodsRequest(_message.Message):
    __slots__ = ("package_id", "page_size", "page_token")
    PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    package_id: str
    page_size: int
    page_token: str
    def __init__(self, package_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPaymentPeriodsResponse(_message.Message):
    __slots__ = ("payment_periods", "next_page_token")
    PAYMENT_PERIODS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payment_periods: _containers.RepeatedCompositeFieldContainer[PaymentPeriod]
    next_page_token: str
    def __init__(self, payment_periods: _Optional[_Iterable[_Union[PaymentPeriod, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdatePaymentPeriodRequest(_message.Message):
    __slots__ = ("payment_period", "update_mask", "request_id")
    PAYMENT_PERIOD_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    payment_period: PaymentPeriod
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, payment_period: _Optional[_Union[PaymentPeriod, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeletePaymentPeriodRequest(_message.Message):
    __slots__ = ("payment_period_id", "etag", "request_id")
    PAYMENT_PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    payment_period_id: str
    etag: str
    request_id: str
    def __init__(self, payment_period_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class Viewer(_message.Message):
    __slots__ = ("viewer_id", "organisation_id", "email", "status", "create_time", "update_time", "etag")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    organisation_id: str
    email: str
    status: ViewerStatus
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, viewer_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., email: _Optional[str] = ..., status: _Optional[_Union[ViewerStatus, str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateViewerRequest(_message.Message):
    __slots__ = ("viewer", "request_id")
    VIEWER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewer: Viewer
    request_id: str
    def __init__(self, viewer: _Optional[_Union[Viewer, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetViewerRequest(_message.Message):
    __slots__ = ("viewer_id",)
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    def __init__(self, viewer_id: _Optional[str] = ...) -> None: ...

class ListViewersRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "email")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    email: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., email: _Optional[str] = ...) -> None: ...

class ListViewersResponse(_message.Message):
    __slots__ = ("viewers", "next_page_token")
    VIEWERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    viewers: _containers.RepeatedCompositeFieldContainer[Viewer]
    next_page_token: str
    def __init__(self, viewers: _Optional[_Iterable[_Union[Viewer, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateViewerRequest(_message.Message):
    __slots__ = ("viewer", "update_mask", "request_id")
    VIEWER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewer: Viewer
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, viewer: _Optional[_Union[Viewer, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeactivateViewerRequest(_message.Message):
    __slots__ = ("viewer_id", "reason", "etag", "request_id")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    reason: str
    etag: str
    request_id: str
    def __init__(self, viewer_id: _Optional[str] = ..., reason: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReactivateViewerRequest(_message.Message):
    __slots__ = ("viewer_id", "etag", "request_id")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    etag: str
    request_id: str
    def __init__(self, viewer_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class BatchUpsertViewersRequest(_message.Message):
    __slots__ = ("viewers", "validate_only", "request_id")
    VIEWERS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewers: _containers.RepeatedCompositeFieldContainer[Viewer]
    validate_only: bool
    request_id: str
    def __init__(self, viewers: _Optional[_Iterable[_Union[Viewer, _Mapping]]] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class BatchUpsertViewersResponse(_message.Message):
    __slots__ = ("created_count", "updated_count", "unchanged_count")
    CREATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    created_count: int
    updated_count: int
    unchanged_count: int
    def __init__(self, created_count: _Optional[int] = ..., updated_count: _Optional[int] = ..., unchanged_count: _Optional[int] = ...) -> None: ...

class DeleteViewerRequest(_message.Message):
    __slots__ = ("viewer_id", "etag", "request_id")
    VIEWER_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    viewer_id: str
    etag: str
    request_id: str
    def __init__(self, viewer_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...
