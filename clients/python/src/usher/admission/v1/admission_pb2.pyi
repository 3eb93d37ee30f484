from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PassProductKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PASS_PRODUCT_KIND_UNSPECIFIED: _ClassVar[PassProductKind]
    PASS_PRODUCT_KIND_BUNDLE: _ClassVar[PassProductKind]
    PASS_PRODUCT_KIND_MISCELLANEOUS_ITEM: _ClassVar[PassProductKind]

class AdmissionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ADMISSION_STATE_UNSPECIFIED: _ClassVar[AdmissionState]
    ADMISSION_STATE_NOT_PRINTED: _ClassVar[AdmissionState]
    ADMISSION_STATE_PRINTED: _ClassVar[AdmissionState]
    ADMISSION_STATE_CANCELLED: _ClassVar[AdmissionState]

class Presence(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRESENCE_UNSPECIFIED: _ClassVar[Presence]
    PRESENCE_NEVER_IN: _ClassVar[Presence]
    PRESENCE_INSIDE: _ClassVar[Presence]
    PRESENCE_OUTSIDE: _ClassVar[Presence]

class ScanDirection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCAN_DIRECTION_UNSPECIFIED: _ClassVar[ScanDirection]
    SCAN_DIRECTION_ENTRY: _ClassVar[ScanDirection]
    SCAN_DIRECTION_EXIT: _ClassVar[ScanDirection]

class ScanVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCAN_VERDICT_UNSPECIFIED: _ClassVar[ScanVerdict]
    SCAN_VERDICT_OK: _ClassVar[ScanVerdict]
    SCAN_VERDICT_NOT_FOUND: _ClassVar[ScanVerdict]
    SCAN_VERDICT_CANCELLED: _ClassVar[ScanVerdict]
    SCAN_VERDICT_SUPERSEDED: _ClassVar[ScanVerdict]
    SCAN_VERDICT_NOT_PRINTED: _ClassVar[ScanVerdict]
    SCAN_VERDICT_WRONG_PERFORMANCE: _ClassVar[ScanVerdict]
    SCAN_VERDICT_WRONG_GATE: _ClassVar[ScanVerdict]
    SCAN_VERDICT_NOT_YET_OPEN: _ClassVar[ScanVerdict]
    SCAN_VERDICT_CLOSED: _ClassVar[ScanVerdict]
    SCAN_VERDICT_ALREADY_USED: _ClassVar[ScanVerdict]
    SCAN_VERDICT_ALREADY_OUT: _ClassVar[ScanVerdict]

class AccessControlAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_CONTROL_ACTION_UNSPECIFIED: _ClassVar[AccessControlAction]
    ACCESS_CONTROL_ACTION_PRINT: _ClassVar[AccessControlAction]
    ACCESS_CONTROL_ACTION_REPRINT: _ClassVar[AccessControlAction]
    ACCESS_CONTROL_ACTION_UPDATE: _ClassVar[AccessControlAction]
    ACCESS_CONTROL_ACTION_CANCEL: _ClassVar[AccessControlAction]
PASS_PRODUCT_KIND_UNSPECIFIED: PassProductKind
PASS_PRODUCT_KIND_BUNDLE: PassProductKind
PASS_PRODUCT_KIND_MISCELLANEOUS_ITEM: PassProductKind
ADMISSION_STATE_UNSPECIFIED: AdmissionState
ADMISSION_STATE_NOT_PRINTED: AdmissionState
ADMISSION_STATE_PRINTED: AdmissionState
ADMISSION_STATE_CANCELLED: AdmissionState
PRESENCE_UNSPECIFIED: Presence
PRESENCE_NEVER_IN: Presence
PRESENCE_INSIDE: Presence
PRESENCE_OUTSIDE: Presence
SCAN_DIRECTION_UNSPECIFIED: ScanDirection
SCAN_DIRECTION_ENTRY: ScanDirection
SCAN_DIRECTION_EXIT: ScanDirection
SCAN_VERDICT_UNSPECIFIED: ScanVerdict
SCAN_VERDICT_OK: ScanVerdict
SCAN_VERDICT_NOT_FOUND: ScanVerdict
SCAN_VERDICT_CANCELLED: ScanVerdict
SCAN_VERDICT_SUPERSEDED: ScanVerdict
SCAN_VERDICT_NOT_PRINTED: ScanVerdict
SCAN_VERDICT_WRONG_PERFORMANCE: ScanVerdict
SCAN_VERDICT_WRONG_GATE: ScanVerdict
SCAN_VERDICT_NOT_YET_OPEN: ScanVerdict
SCAN_VERDICT_CLOSED: ScanVerdict
SCAN_VERDICT_ALREADY_USED: ScanVerdict
SCAN_VERDICT_ALREADY_OUT: ScanVerdict
ACCESS_CONTROL_ACTION_UNSPECIFIED: AccessControlAction
ACCESS_CONTROL_ACTION_PRINT: AccessControlAction
ACCESS_CONTROL_ACTION_REPRINT: AccessControlAction
ACCESS_CONTROL_ACTION_UPDATE: AccessControlAction
ACCESS_CONTROL_ACTION_CANCEL: AccessControlAction

class Doors(_message.Message):
    __slots__ = ("performance_id", "open_time", "close_time", "single_entry", "ticket_template", "etag")
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    SINGLE_ENTRY_FIELD_NUMBER: _ClassVar[int]
    TICKET_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    performance_id: str
    open_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    single_entry: bool
    ticket_template: str
    etag: str
    def __init__(self, performance_id: _Optional[str] = ..., open_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., single_entry: bool = ..., ticket_template: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class GetDoorsRequest(_message.Message):
    __slots__ = ("performance_id",)
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    performance_id: str
    def __init__(self, performance_id: _Optional[str] = ...) -> None: ...

class UpdateDoorsRequest(_message.Message):
    __slots__ = ("doors", "update_mask", "request_id")
    DOORS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    doors: Doors
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, doors: _Optional[_Union[Doors, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("order_id", "organisation_id", "order_number", "customer_name", "tickets", "pass_ids", "unprinted_count", "create_time", "update_time", "etag")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    PASS_IDS_FIELD_NUMBER: _ClassVar[int]
    UNPRINTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    organisation_id: str
    order_number: str
    customer_name: str
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    pass_ids: _containers.RepeatedScalarFieldContainer[str]
    unprinted_count: int
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, order_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., order_number: _Optional[str] = ..., customer_name: _Optional[str] = ..., tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., pass_ids: _Optional[_Iterable[str]] = ..., unprinted_count: _Optional[int] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class PassProduct(_message.Message):
    __slots__ = ("pass_product_id", "organisation_id", "kind", "title", "performance_ids", "eligible_performance_ids", "eligible_bundle_ids", "create_time", "update_time", "etag")
    PASS_PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_BUNDLE_IDS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    pass_product_id: str
    organisation_id: str
    kind: PassProductKind
    title: str
    performance_ids: _containers.RepeatedScalarFieldContainer[str]
    eligible_performance_ids: _containers.RepeatedScalarFieldContainer[str]
    eligible_bundle_ids: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, pass_product_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., kind: _Optional[_Union[PassProductKind, str]] = ..., title: _Optional[str] = ..., performance_ids: _Optional[_Iterable[str]] = ..., eligible_performance_ids: _Optional[_Iterable[str]] = ..., eligible_bundle_ids: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreatePassProductRequest(_message.Message):
    __slots__ = ("pass_product", "request_id")
    PASS_PRODUCT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    pass_product: PassProduct
    request_id: str
    def __init__(self, pass_product: _Optional[_Union[PassProduct, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetPassProductRequest(_message.Message):
    __slots__ = ("pass_product_id",)
    PASS_PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    pass_product_id: str
    def __init__(self, pass_product_id: _Optional[str] = ...) -> None: ...

class ListPassProductsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPassProductsResponse(_message.Message):
    __slots__ = ("pass_products", "next_page_token")
    PASS_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pass_products: _containers.RepeatedCompositeFieldContainer[PassProduct]
    next_page_token: str
    def __init__(self, pass_products: _Optional[_Iterable[_Union[PassProduct, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdatePassProductRequest(_message.Message):
    __slots__ = ("pass_product", "update_mask", "request_id")
    PASS_PRODUCT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    pass_product: PassProduct
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, pass_product: _Optional[_Union[PassProduct, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class Pass(_message.Message):
    __slots__ = ("pass_id", "organisation_id", "order_id", "pass_product_id", "holder_name", "barcode", "card_number", "state", "admissions", "cancel_reason", "print_time", "cancel_time", "create_time", "update_time")
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PASS_PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    CARD_NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ADMISSIONS_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REASON_FIELD_NUMBER: _ClassVar[int]
    PRINT_TIME_FIELD_NUMBER: _ClassVar[int]
    CANCEL_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    pass_id: str
    organisation_id: str
    order_id: str
    pass_product_id: str
    holder_name: str
    barcode: str
    card_number: int
    state: AdmissionState
    admissions: _containers.RepeatedCompositeFieldContainer[PassAdmission]
    cancel_reason: str
    print_time: _timestamp_pb2.Timestamp
    cancel_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, pass_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., order_id: _Optional[str] = ..., pass_product_id: _Optional[str] = ..., holder_name: _Optional[str] = ..., barcode: _Optional[str] = ..., card_number: _Optional[int] = ..., state: _Optional[_Union[AdmissionState, str]] = ..., admissions: _Optional[_Iterable[_Union[PassAdmission, _Mapping]]] = ..., cancel_reason: _Optional[str] = ..., print_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PassAdmission(_message.Message):
    __slots__ = ("performance_id", "order_id", "zone", "seat", "gates", "state", "presence", "cancel_reason", "print_time", "cancel_time")
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REASON_FIELD_NUMBER: _ClassVar[int]
    PRINT_TIME_FIELD_NUMBER: _ClassVar[int]
    CANCEL_TIME_FIELD_NUMBER: _ClassVar[int]
    performance_id: str
    order_id: str
    zone: str
    seat: str
    gates: _containers.RepeatedScalarFieldContainer[str]
    state: AdmissionState
    presence: Presence
    cancel_reason: str
    print_time: _timestamp_pb2.Timestamp
    cancel_time: _timestamp_pb2.Timestamp
    def __init__(self, performance_id: _Optional[str] = ..., order_id: _Optional[str] = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., gates: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[AdmissionState, str]] = ..., presence: _Optional[_Union[Presence, str]] = ..., cancel_reason: _Optional[str] = ..., print_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AssignPassRequest(_message.Message):
    __slots__ = ("order_id", "pass_product_id", "holder_name", "performance_ids", "request_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PASS_PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    pass_product_id: str
    holder_name: str
    performance_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, order_id: _Optional[str] = ..., pass_product_id: _Optional[str] = ..., holder_name: _Optional[str] = ..., performance_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetPassRequest(_message.Message):
    __slots__ = ("pass_id",)
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    pass_id: str
    def __init__(self, pass_id: _Optional[str] = ...) -> None: ...

class ListPassesRequest(_message.Message):
    __slots__ = ("order_id", "pass_product_id", "page_size", "page_token")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PASS_PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    pass_product_id: str
    page_size: int
    page_token: str
    def __init__(self, order_id: _Optional[str] = ..., pass_product_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPassesResponse(_message.Message):
    __slots__ = ("passes", "next_page_token")
    PASSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    passes: _containers.RepeatedCompositeFieldContainer[Pass]
    next_page_token: str
    def __init__(self, passes: _Optional[_Iterable[_Union[Pass, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdatePassAdmissionsRequest(_message.Message):
    __slots__ = ("pass_id", "order_id", "add_performance_ids", "remove_performance_ids", "zone", "seat", "gates", "reason", "request_id")
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ADD_PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    REMOVE_PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    pass_id: str
    order_id: str
    add_performance_ids: _containers.RepeatedScalarFieldContainer[str]
    remove_performance_ids: _containers.RepeatedScalarFieldContainer[str]
    zone: str
    seat: str
    gates: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    request_id: str
    def __init__(self, pass_id: _Optional[str] = ..., order_id: _Optional[str] = ..., add_performance_ids: _Optional[_Iterable[str]] = ..., remove_performance_ids: _Optional[_Iterable[str]] = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., gates: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReprintPassRequest(_message.Message):
    __slots__ = ("pass_id", "reason", "request_id")
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    pass_id: str
    reason: str
    request_id: str
    def __init__(self, pass_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelPassRequest(_message.Message):
    __slots__ = ("pass_id", "reason", "validate_only", "request_id")
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    pass_id: str
    reason: str
    validate_only: bool
    request_id: str
    def __init__(self, pass_id: _Optional[str] = ..., reason: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelAdmissionsRequest(_message.Message):
    __slots__ = ("pass_id", "performance_ids", "reason", "validate_only", "request_id")
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    pass_id: str
    performance_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    validate_only: bool
    request_id: str
    def __init__(self, pass_id: _Optional[str] = ..., performance_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelPerformanceRequest(_message.Message):
    __slots__ = ("performance_id", "reason", "validate_only", "request_id")
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    performance_id: str
    reason: str
    validate_only: bool
    request_id: str
    def __init__(self, performance_id: _Optional[str] = ..., reason: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelPerformanceResponse(_message.Message):
    __slots__ = ("cancelled_ticket_count", "cancelled_pass_admission_count", "more")
    CANCELLED_TICKET_COUNT_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_PASS_ADMISSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    cancelled_ticket_count: int
    cancelled_pass_admission_count: int
    more: bool
    def __init__(self, cancelled_ticket_count: _Optional[int] = ..., cancelled_pass_admission_count: _Optional[int] = ..., more: bool = ...) -> None: ...

class Ticket(_message.Message):
    __slots__ = ("ticket_id", "organisation_id", "order_id", "performance_id", "number", "barcode", "barcode_is_external", "zone", "seat", "gates", "holder_name", "ticket_template", "state", "presence", "cancel_reason", "print_time", "cancel_time", "create_time", "update_time")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    BARCODE_IS_EXTERNAL_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKET_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REASON_FIELD_NUMBER: _ClassVar[int]
    PRINT_TIME_FIELD_NUMBER: _ClassVar[int]
    CANCEL_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    organisation_id: str
    order_id: str
    performance_id: str
    number: int
    barcode: str
    barcode_is_external: bool
    zone: str
    seat: str
    gates: _containers.RepeatedScalarFieldContainer[str]
    holder_name: str
    ticket_template: str
    state: AdmissionState
    presence: Presence
    cancel_reason: str
    print_time: _timestamp_pb2.Timestamp
    cancel_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, ticket_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., order_id: _Optional[str] = ..., performance_id: _Optional[str] = ..., number: _Optional[int] = ..., barcode: _Optional[str] = ..., barcode_is_external: bool = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., gates: _Optional[_Iterable[str]] = ..., holder_name: _Optional[str] = ..., ticket_template: _Optional[str] = ..., state: _Optional[_Union[AdmissionState, str]] = ..., presence: _Optional[_Union[Presence, str]] = ..., cancel_reason: _Optional[str] = ..., print_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateOrderRequest(_message.Message):
    __slots__ = ("order_number", "customer_name", "performance_ids", "pass_product_ids", "pass_id", "holder_name", "request_id")
    ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_NAME_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    PASS_PRODUCT_IDS_FIELD_NUMBER: _ClassVar[int]
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    order_number: str
    customer_name: str
    performance_ids: _containers.RepeatedScalarFieldContainer[str]
    pass_product_ids: _containers.RepeatedScalarFieldContainer[str]
    pass_id: str
    holder_name: str
    request_id: str
    def __init__(self, order_number: _Optional[str] = ..., customer_name: _Optional[str] = ..., performance_ids: _Optional[_Iterable[str]] = ..., pass_product_ids: _Optional[_Iterable[str]] = ..., pass_id: _Optional[str] = ..., holder_name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateOrderRequest(_message.Message):
    __slots__ = ("order_id", "order_number", "customer_name", "update_mask", "etag", "add_performance_ids", "add_pass_product_ids", "pass_id", "holder_name", "return_ticket_ids", "return_pass_ids", "remove_performance_ids", "reason", "request_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_NAME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ADD_PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    ADD_PASS_PRODUCT_IDS_FIELD_NUMBER: _ClassVar[int]
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    RETURN_TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    RETURN_PASS_IDS_FIELD_NUMBER: _ClassVar[int]
    REMOVE_PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    order_number: str
    customer_name: str
    update_mask: _field_mask_pb2.FieldMask
    etag: str
    add_performance_ids: _containers.RepeatedScalarFieldContainer[str]
    add_pass_product_ids: _containers.RepeatedScalarFieldContainer[str]
    pass_id: str
    holder_name: str
    return_ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    return_pass_ids: _containers.RepeatedScalarFieldContainer[str]
    remove_performance_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    request_id: str
    def __init__(self, order_id: _Optional[str] = ..., order_number: _Optional[str] = ..., customer_name: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., etag: _Optional[str] = ..., add_performance_ids: _Optional[_Iterable[str]] = ..., add_pass_product_ids: _Optional[_Iterable[str]] = ..., pass_id: _Optional[str] = ..., holder_name: _Optional[str] = ..., return_ticket_ids: _Optional[_Iterable[str]] = ..., return_pass_ids: _Optional[_Iterable[str]] = ..., remove_performance_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PrintOrderRequest(_message.Message):
    __slots__ = ("order_id", "ticket_ids", "pass_ids", "request_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    PASS_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    pass_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, order_id: _Optional[str] = ..., ticket_ids: _Optional[_Iterable[str]] = ..., pass_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class PrintOrderResponse(_message.Message):
    __slots__ = ("tickets", "passes", "printed_count", "unprinted_count")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    PASSES_FIELD_NUMBER: _ClassVar[int]
    PRINTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNPRINTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    passes: _containers.RepeatedCompositeFieldContainer[Pass]
    printed_count: int
    unprinted_count: int
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., passes: _Optional[_Iterable[_Union[Pass, _Mapping]]] = ..., printed_count: _Optional[int] = ..., unprinted_count: _Optional[int] = ...) -> None: ...

class GetOrderRequest(_message.Message):
    __slots__ = ("order_id", "order_number")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    order_number: str
    def __init__(self, order_id: _Optional[str] = ..., order_number: _Optional[str] = ...) -> None: ...

class TicketSeat(_message.Message):
    __slots__ = ("zone", "seat", "holder_name", "number")
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    zone: str
    seat: str
    holder_name: str
    number: int
    def __init__(self, zone: _Optional[str] = ..., seat: _Optional[str] = ..., holder_name: _Optional[str] = ..., number: _Optional[int] = ...) -> None: ...

class IssueTicketsRequest(_message.Message):
    __slots__ = ("order_id", "performance_id", "seats", "count", "gates", "ticket_template", "request_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    TICKET_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    performance_id: str
    seats: _containers.RepeatedCompositeFieldContainer[TicketSeat]
    count: int
    gates: _containers.RepeatedScalarFieldContainer[str]
    ticket_template: str
    request_id: str
    def __init__(self, order_id: _Optional[str] = ..., performance_id: _Optional[str] = ..., seats: _Optional[_Iterable[_Union[TicketSeat, _Mapping]]] = ..., count: _Optional[int] = ..., gates: _Optional[_Iterable[str]] = ..., ticket_template: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class IssueTicketsResponse(_message.Message):
    __slots__ = ("tickets",)
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ...) -> None: ...

class PrintTicketsRequest(_message.Message):
    __slots__ = ("ticket_ids", "request_id")
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, ticket_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class PrintTicketsResponse(_message.Message):
    __slots__ = ("tickets", "printed_count")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    PRINTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    printed_count: int
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., printed_count: _Optional[int] = ...) -> None: ...

class ReprintTicketRequest(_message.Message):
    __slots__ = ("ticket_id", "reason", "request_id")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    reason: str
    request_id: str
    def __init__(self, ticket_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelTicketRequest(_message.Message):
    __slots__ = ("ticket_id", "reason", "validate_only", "request_id")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    reason: str
    validate_only: bool
    request_id: str
    def __init__(self, ticket_id: _Optional[str] = ..., reason: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class AttachExternalBarcodeRequest(_message.Message):
    __slots__ = ("ticket_id", "barcode", "request_id")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    barcode: str
    request_id: str
    def __init__(self, ticket_id: _Optional[str] = ..., barcode: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ScanBarcodeRequest(_message.Message):
    __slots__ = ("barcode", "performance_id", "gate", "device_id", "direction", "nonce", "force", "scan_time", "request_id")
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    GATE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    SCAN_TIME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    barcode: str
    performance_id: str
    gate: str
    device_id: str
    direction: ScanDirection
    nonce: str
    force: bool
    scan_time: _timestamp_pb2.Timestamp
    request_id: str
    def __init__(self, barcode: _Optional[str] = ..., performance_id: _Optional[str] = ..., gate: _Optional[str] = ..., device_id: _Optional[str] = ..., direction: _Optional[_Union[ScanDirection, str]] = ..., nonce: _Optional[str] = ..., force: bool = ..., scan_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ScanBarcodeResponse(_message.Message):
    __slots__ = ("scan_id", "verdict", "reason", "used_time", "used_gate", "used_device_id", "ticket_id", "pass_id", "number", "zone", "seat", "holder_name")
    SCAN_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    USED_TIME_FIELD_NUMBER: _ClassVar[int]
    USED_GATE_FIELD_NUMBER: _ClassVar[int]
    USED_DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    scan_id: str
    verdict: ScanVerdict
    reason: str
    used_time: _timestamp_pb2.Timestamp
    used_gate: str
    used_device_id: str
    ticket_id: str
    pass_id: str
    number: int
    zone: str
    seat: str
    holder_name: str
    def __init__(self, scan_id: _Optional[str] = ..., verdict: _Optional[_Union[ScanVerdict, str]] = ..., reason: _Optional[str] = ..., used_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., used_gate: _Optional[str] = ..., used_device_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., pass_id: _Optional[str] = ..., number: _Optional[int] = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., holder_name: _Optional[str] = ...) -> None: ...

class CheckBarcodeRequest(_message.Message):
    __slots__ = ("barcode", "performance_id", "gate", "direction", "at")
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    GATE_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    barcode: str
    performance_id: str
    gate: str
    direction: ScanDirection
    at: _timestamp_pb2.Timestamp
    def __init__(self, barcode: _Optional[str] = ..., performance_id: _Optional[str] = ..., gate: _Optional[str] = ..., direction: _Optional[_Union[ScanDirection, str]] = ..., at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CheckBarcodeResponse(_message.Message):
    __slots__ = ("verdict", "reason", "used_time", "used_gate", "used_device_id", "ticket_id", "pass_id", "number", "zone", "seat", "holder_name")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    USED_TIME_FIELD_NUMBER: _ClassVar[int]
    USED_GATE_FIELD_NUMBER: _ClassVar[int]
    USED_DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    verdict: ScanVerdict
    reason: str
    used_time: _timestamp_pb2.Timestamp
    used_gate: str
    used_device_id: str
    ticket_id: str
    pass_id: str
    number: int
    zone: str
    seat: str
    holder_name: str
    def __init__(self, verdict: _Optional[_Union[ScanVerdict, str]] = ..., reason: _Optional[str] = ..., used_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., used_gate: _Optional[str] = ..., used_device_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., pass_id: _Optional[str] = ..., number: _Optional[int] = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., holder_name: _Optional[str] = ...) -> None: ...

class AnnulScanRequest(_message.Message):
    __slots__ = ("scan_id", "device_id", "request_id")
    SCAN_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scan_id: str
    device_id: str
    request_id: str
    def __init__(self, scan_id: _Optional[str] = ..., device_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class Scan(_message.Message):
    __slots__ = ("scan_id", "barcode", "performance_id", "ticket_id", "pass_id", "gate", "device_id", "direction", "verdict", "forced", "nonce", "scan_time", "create_time", "annul_time")
    SCAN_ID_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    GATE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    FORCED_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    SCAN_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ANNUL_TIME_FIELD_NUMBER: _ClassVar[int]
    scan_id: str
    barcode: str
    performance_id: str
    ticket_id: str
    pass_id: str
    gate: str
    device_id: str
    direction: ScanDirection
    verdict: ScanVerdict
    forced: bool
    nonce: str
    scan_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    annul_time: _timestamp_pb2.Timestamp
    def __init__(self, scan_id: _Optional[str] = ..., barcode: _Optional[str] = ..., performance_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., pass_id: _Optional[str] = ..., gate: _Optional[str] = ..., device_id: _Optional[str] = ..., direction: _Optional[_Union[ScanDirection, str]] = ..., verdict: _Optional[_Union[ScanVerdict, str]] = ..., forced: bool = ..., nonce: _Optional[str] = ..., scan_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., annul_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListScansRequest(_message.Message):
    __slots__ = ("performance_id", "barcode", "device_id", "verdict", "received_from", "received_until", "page_size", "page_token")
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FROM_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    performance_id: str
    barcode: str
    device_id: str
    verdict: ScanVerdict
    received_from: _timestamp_pb2.Timestamp
    received_until: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, performance_id: _Optional[str] = ..., barcode: _Optional[str] = ..., device_id: _Optional[str] = ..., verdict: _Optional[_Union[ScanVerdict, str]] = ..., received_from: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., received_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListScansResponse(_message.Message):
    __slots__ = ("scans", "next_page_token")
    SCANS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scans: _containers.RepeatedCompositeFieldContainer[Scan]
    next_page_token: str
    def __init__(self, scans: _Optional[_Iterable[_Union[Scan, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AccessControlRecord(_message.Message):
    __slots__ = ("record_id", "organisation_id", "action", "ticket_id", "pass_id", "order_id", "barcode", "previous_barcode", "number", "performance_ids", "zone", "seat", "holder_name", "create_time", "acknowledge_time")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    PASS_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_BARCODE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_IDS_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGE_TIME_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    organisation_id: str
    action: AccessControlAction
    ticket_id: str
    pass_id: str
    order_id: str
    barcode: str
    previous_barcode: str
    number: int
    performance_ids: _containers.RepeatedScalarFieldContainer[str]
    zone: str
    seat: str
    holder_name: str
    create_time: _timestamp_pb2.Timestamp
    acknowledge_time: _timestamp_pb2.Timestamp
    def __init__(self, record_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., action: _Optional[_Union[AccessControlAction, str]] = ..., ticket_id: _Optional[str] = ..., pass_id: _Optional[str] = ..., order_id: _Optional[str] = ..., barcode: _Optional[str] = ..., previous_barcode: _Optional[str] = ..., number: _Optional[int] = ..., performance_ids: _Optional[_Iterable[str]] = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., holder_name: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., acknowledge_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListAccessControlRecordsRequest(_message.Message):
    __slots__ = ("include_acknowledged", "page_size", "page_token")
    INCLUDE_ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    include_acknowledged: bool
    page_size: int
    page_token: str
    def __init__(self, include_acknowledged: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAccessControlRecordsResponse(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[AccessControlRecord]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[AccessControlRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AcknowledgeAccessControlRecordRequest(_message.Message):
    __slots__ = ("record_id", "request_id")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    request_id: str
    def __init__(self, record_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...
