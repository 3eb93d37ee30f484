from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ContactKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONTACT_KIND_UNSPECIFIED: _ClassVar[ContactKind]
    CONTACT_KIND_RELAY: _ClassVar[ContactKind]
    CONTACT_KIND_INDIVIDUAL: _ClassVar[ContactKind]

class Delivery(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELIVERY_UNSPECIFIED: _ClassVar[Delivery]
    DELIVERY_NONE: _ClassVar[Delivery]
    DELIVERY_INJECTED: _ClassVar[Delivery]
    DELIVERY_DOWNLOADED: _ClassVar[Delivery]

class TicketMoveKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TICKET_MOVE_KIND_UNSPECIFIED: _ClassVar[TicketMoveKind]
    TICKET_MOVE_KIND_REGISTERED: _ClassVar[TicketMoveKind]
    TICKET_MOVE_KIND_DISTRIBUTED: _ClassVar[TicketMoveKind]
    TICKET_MOVE_KIND_TAKEN_BACK: _ClassVar[TicketMoveKind]
    TICKET_MOVE_KIND_TRANSFERRED: _ClassVar[TicketMoveKind]

class Distribution(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DISTRIBUTION_UNSPECIFIED: _ClassVar[Distribution]
    DISTRIBUTION_REMAINING: _ClassVar[Distribution]
    DISTRIBUTION_DISTRIBUTED: _ClassVar[Distribution]

class SeatState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEAT_STATE_UNSPECIFIED: _ClassVar[SeatState]
    SEAT_STATE_REMAINING: _ClassVar[SeatState]
    SEAT_STATE_IN_CART: _ClassVar[SeatState]
    SEAT_STATE_HELD: _ClassVar[SeatState]
    SEAT_STATE_DISTRIBUTED: _ClassVar[SeatState]

class TransferState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSFER_STATE_UNSPECIFIED: _ClassVar[TransferState]
    TRANSFER_STATE_PENDING: _ClassVar[TransferState]
    TRANSFER_STATE_ACCEPTED: _ClassVar[TransferState]
    TRANSFER_STATE_REJECTED: _ClassVar[TransferState]
    TRANSFER_STATE_CANCELLED: _ClassVar[TransferState]
CONTACT_KIND_UNSPECIFIED: ContactKind
CONTACT_KIND_RELAY: ContactKind
CONTACT_KIND_INDIVIDUAL: ContactKind
DELIVERY_UNSPECIFIED: Delivery
DELIVERY_NONE: Delivery
DELIVERY_INJECTED: Delivery
DELIVERY_DOWNLOADED: Delivery
TICKET_MOVE_KIND_UNSPECIFIED: TicketMoveKind
TICKET_MOVE_KIND_REGISTERED: TicketMoveKind
TICKET_MOVE_KIND_DISTRIBUTED: TicketMoveKind
TICKET_MOVE_KIND_TAKEN_BACK: TicketMoveKind
TICKET_MOVE_KIND_TRANSFERRED: TicketMoveKind
DISTRIBUTION_UNSPECIFIED: Distribution
DISTRIBUTION_REMAINING: Distribution
DISTRIBUTION_DISTRIBUTED: Distribution
SEAT_STATE_UNSPECIFIED: SeatState
SEAT_STATE_REMAINING: SeatState
SEAT_STATE_IN_CART: SeatState
SEAT_STATE_HELD: SeatState
SEAT_STATE_DISTRIBUTED: SeatState
TRANSFER_STATE_UNSPECIFIED: TransferState
TRANSFER_STATE_PENDING: TransferState
TRANSFER_STATE_ACCEPTED: TransferState
TRANSFER_STATE_REJECTED: TransferState
TRANSFER_STATE_CANCELLED: TransferState

class Contact(_message.Message):
    __slots__ = ("contact_id", "organisation_id", "name", "email", "kind", "structure", "create_time", "update_time", "etag")
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STRUCTURE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    contact_id: str
    organisation_id: str
    name: str
    email: str
    kind: ContactKind
    structure: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, contact_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., name: _Optional[str] = ..., email: _Optional[str] = ..., kind: _Optional[_Union[ContactKind, str]] = ..., structure: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class Ticket(_message.Message):
    __slots__ = ("ticket_id", "organisation_id", "number", "performance_id", "zone", "seat", "owner_contact_id", "initial_owner_contact_id", "holder_name", "delivery", "pending_transfer_id", "distributed", "distributor_contact_id", "controlled", "cancelled", "cart_id", "transfer_level", "transfer_limit", "barcode", "take_back_possible", "moves", "create_time", "update_time")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    OWNER_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    INITIAL_OWNER_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    PENDING_TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTED_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTOR_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTROLLED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_LEVEL_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    TAKE_BACK_POSSIBLE_FIELD_NUMBER: _ClassVar[int]
    MOVES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    organisation_id: str
    number: int
    performance_id: str
    zone: str
    seat: str
    owner_contact_id: str
    initial_owner_contact_id: str
    holder_name: str
    delivery: Delivery
    pending_transfer_id: str
    distributed: bool
    distributor_contact_id: str
    controlled: bool
    cancelled: bool
    cart_id: str
    transfer_level: int
    transfer_limit: int
    barcode: str
    take_back_possible: bool
    moves: _containers.RepeatedCompositeFieldContainer[TicketMove]
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, ticket_id: _Optional[str] = ..., organisation_id: _Optional[str] = ..., number: _Optional[int] = ..., performance_id: _Optional[str] = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., owner_contact_id: _Optional[str] = ..., initial_owner_contact_id: _Optional[str] = ..., holder_name: _Optional[str] = ..., delivery: _Optional[_Union[Delivery, str]] = ..., pending_transfer_id: _Optional[str] = ..., distributed: bool = ..., distributor_contact_id: _Optional[str] = ..., controlled: bool = ..., cancelled: bool = ..., cart_id: _Optional[str] = ..., transfer_level: _Optional[int] = ..., transfer_limit: _Optional[int] = ..., barcode: _Optional[str] = ..., take_back_possible: bool = ..., moves: _Optional[_Iterable[_Union[TicketMove, _Mapping]]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TicketMove(_message.Message):
    __slots__ = ("kind", "acting_contact_id", "from_contact_id", "to_contact_id", "reason", "move_time")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    TO_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MOVE_TIME_FIELD_NUMBER: _ClassVar[int]
    kind: TicketMoveKind
    acting_contact_id: str
    from_contact_id: str
    to_contact_id: str
    reason: str
    move_time: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[TicketMoveKind, str]] = ..., acting_contact_id: _Optional[str] = ..., from_contact_id: _Optional[str] = ..., to_contact_id: _Optional[str] = ..., reason: _Optional[str] = ..., move_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RegisterTicketsRequest(_message.Message):
    __slots__ = ("performance_id", "owner_contact_id", "tickets", "transfer_limit", "validate_only", "request_id")
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    performance_id: str
    owner_contact_id: str
    tickets: _containers.RepeatedCompositeFieldContainer[NewTicket]
    transfer_limit: int
    validate_only: bool
    request_id: str
    def __init__(self, performance_id: _Optional[str] = ..., owner_contact_id: _Optional[str] = ..., tickets: _Optional[_Iterable[_Union[NewTicket, _Mapping]]] = ..., transfer_limit: _Optional[int] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class NewTicket(_message.Message):
    __slots__ = ("number", "zone", "seat", "holder_name")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    number: int
    zone: str
    seat: str
    holder_name: str
    def __init__(self, number: _Optional[int] = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., holder_name: _Optional[str] = ...) -> None: ...

class RegisterTicketsResponse(_message.Message):
    __slots__ = ("tickets",)
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[RegisteredTicket]
    def __init__(self, tickets: _Optional[_Iterable[_Union[RegisteredTicket, _Mapping]]] = ...) -> None: ...

class RegisteredTicket(_message.Message):
    __slots__ = ("ticket_id", "number", "barcode")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    BARCODE_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    number: int
    barcode: str
    def __init__(self, ticket_id: _Optional[str] = ..., number: _Optional[int] = ..., barcode: _Optional[str] = ...) -> None: ...

class GetTicketRequest(_message.Message):
    __slots__ = ("ticket_id", "acting_contact_id")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    acting_contact_id: str
    def __init__(self, ticket_id: _Optional[str] = ..., acting_contact_id: _Optional[str] = ...) -> None: ...

class ListTicketsRequest(_message.Message):
    __slots__ = ("acting_contact_id", "contact_id", "performance_id", "zone", "distribution", "take_back_possible", "page_size", "page_token")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    TAKE_BACK_POSSIBLE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    contact_id: str
    performance_id: str
    zone: str
    distribution: Distribution
    take_back_possible: bool
    page_size: int
    page_token: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., performance_id: _Optional[str] = ..., zone: _Optional[str] = ..., distribution: _Optional[_Union[Distribution, str]] = ..., take_back_possible: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTicketsResponse(_message.Message):
    __slots__ = ("tickets", "next_page_token")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    next_page_token: str
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class MarkDownloadedRequest(_message.Message):
    __slots__ = ("acting_contact_id", "ticket_id", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    ticket_id: str
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateContactRequest(_message.Message):
    __slots__ = ("contact", "request_id")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    contact: Contact
    request_id: str
    def __init__(self, contact: _Optional[_Union[Contact, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetContactRequest(_message.Message):
    __slots__ = ("contact_id",)
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    contact_id: str
    def __init__(self, contact_id: _Optional[str] = ...) -> None: ...

class ListContactsRequest(_message.Message):
    __slots__ = ("structure", "email", "kind", "page_size", "page_token")
    STRUCTURE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    structure: str
    email: str
    kind: ContactKind
    page_size: int
    page_token: str
    def __init__(self, structure: _Optional[str] = ..., email: _Optional[str] = ..., kind: _Optional[_Union[ContactKind, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListContactsResponse(_message.Message):
    __slots__ = ("contacts", "next_page_token")
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    contacts: _containers.RepeatedCompositeFieldContainer[Contact]
    next_page_token: str
    def __init__(self, contacts: _Optional[_Iterable[_Union[Contact, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateContactRequest(_message.Message):
    __slots__ = ("contact", "update_mask", "request_id")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    contact: Contact
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, contact: _Optional[_Union[Contact, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class Cart(_message.Message):
    __slots__ = ("cart_id", "contact_id", "items")
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    cart_id: str
    contact_id: str
    items: _containers.RepeatedCompositeFieldContainer[CartItem]
    def __init__(self, cart_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[CartItem, _Mapping]]] = ...) -> None: ...

class CartItem(_message.Message):
    __slots__ = ("ticket_id", "performance_id", "zone", "seat", "guest_contact_id", "holder_name", "distributed")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    GUEST_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTED_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    performance_id: str
    zone: str
    seat: str
    guest_contact_id: str
    holder_name: str
    distributed: bool
    def __init__(self, ticket_id: _Optional[str] = ..., performance_id: _Optional[str] = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., guest_contact_id: _Optional[str] = ..., holder_name: _Optional[str] = ..., distributed: bool = ...) -> None: ...

class GetCartRequest(_message.Message):
    __slots__ = ("acting_contact_id", "cart_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    cart_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., cart_id: _Optional[str] = ...) -> None: ...

class AddToCartRequest(_message.Message):
    __slots__ = ("acting_contact_id", "cart_id", "ticket_ids", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    cart_id: str
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., cart_id: _Optional[str] = ..., ticket_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemoveFromCartRequest(_message.Message):
    __slots__ = ("acting_contact_id", "cart_id", "ticket_ids", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    cart_id: str
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., cart_id: _Optional[str] = ..., ticket_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class AllocateCartItemsRequest(_message.Message):
    __slots__ = ("acting_contact_id", "cart_id", "ticket_ids", "guest_contact_id", "holder_name", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    GUEST_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    cart_id: str
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    guest_contact_id: str
    holder_name: str
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., cart_id: _Optional[str] = ..., ticket_ids: _Optional[_Iterable[str]] = ..., guest_contact_id: _Optional[str] = ..., holder_name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ValidateCartRequest(_message.Message):
    __slots__ = ("acting_contact_id", "cart_id", "guest_contact_ids", "reason", "defer_delivery", "validate_only", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    GUEST_CONTACT_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DEFER_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    cart_id: str
    guest_contact_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    defer_delivery: bool
    validate_only: bool
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., cart_id: _Optional[str] = ..., guest_contact_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., defer_delivery: bool = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class ValidateCartResponse(_message.Message):
    __slots__ = ("distributed_count", "taken_back_count", "remaining_count", "ticket_ids")
    DISTRIBUTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_COUNT_FIELD_NUMBER: _ClassVar[int]
    REMAINING_COUNT_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    distributed_count: int
    taken_back_count: int
    remaining_count: int
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, distributed_count: _Optional[int] = ..., taken_back_count: _Optional[int] = ..., remaining_count: _Optional[int] = ..., ticket_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TakeBackTicketsRequest(_message.Message):
    __slots__ = ("acting_contact_id", "ticket_ids", "performance_id", "zone", "to_contact_id", "reason", "validate_only", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    TO_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    performance_id: str
    zone: str
    to_contact_id: str
    reason: str
    validate_only: bool
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., ticket_ids: _Optional[_Iterable[str]] = ..., performance_id: _Optional[str] = ..., zone: _Optional[str] = ..., to_contact_id: _Optional[str] = ..., reason: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class TakeBackTicketsResponse(_message.Message):
    __slots__ = ("taken_back_count", "ticket_ids", "more")
    TAKEN_BACK_COUNT_FIELD_NUMBER: _ClassVar[int]
    TICKET_IDS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    taken_back_count: int
    ticket_ids: _containers.RepeatedScalarFieldContainer[str]
    more: bool
    def __init__(self, taken_back_count: _Optional[int] = ..., ticket_ids: _Optional[_Iterable[str]] = ..., more: bool = ...) -> None: ...

class GetTicketingDashboardRequest(_message.Message):
    __slots__ = ("acting_contact_id", "contact_id", "page_size", "page_token")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    contact_id: str
    page_size: int
    page_token: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetTicketingDashboardResponse(_message.Message):
    __slots__ = ("performances", "next_page_token")
    PERFORMANCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    performances: _containers.RepeatedCompositeFieldContainer[PerformanceCounts]
    next_page_token: str
    def __init__(self, performances: _Optional[_Iterable[_Union[PerformanceCounts, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PerformanceCounts(_message.Message):
    __slots__ = ("performance_id", "title", "remaining_count", "in_cart_count", "distributed_count", "downloaded_count", "controlled_count", "take_back_possible_count", "cancelled_count")
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    REMAINING_COUNT_FIELD_NUMBER: _ClassVar[int]
    IN_CART_COUNT_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DOWNLOADED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONTROLLED_COUNT_FIELD_NUMBER: _ClassVar[int]
    TAKE_BACK_POSSIBLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_COUNT_FIELD_NUMBER: _ClassVar[int]
    performance_id: str
    title: str
    remaining_count: int
    in_cart_count: int
    distributed_count: int
    downloaded_count: int
    controlled_count: int
    take_back_possible_count: int
    cancelled_count: int
    def __init__(self, performance_id: _Optional[str] = ..., title: _Optional[str] = ..., remaining_count: _Optional[int] = ..., in_cart_count: _Optional[int] = ..., distributed_count: _Optional[int] = ..., downloaded_count: _Optional[int] = ..., controlled_count: _Optional[int] = ..., take_back_possible_count: _Optional[int] = ..., cancelled_count: _Optional[int] = ...) -> None: ...

class ListSeatsRequest(_message.Message):
    __slots__ = ("acting_contact_id", "contact_id", "performance_id", "zone", "include_distributed", "page_size", "page_token")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_DISTRIBUTED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    contact_id: str
    performance_id: str
    zone: str
    include_distributed: bool
    page_size: int
    page_token: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., performance_id: _Optional[str] = ..., zone: _Optional[str] = ..., include_distributed: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSeatsResponse(_message.Message):
    __slots__ = ("seats", "next_page_token")
    SEATS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    seats: _containers.RepeatedCompositeFieldContainer[Seat]
    next_page_token: str
    def __init__(self, seats: _Optional[_Iterable[_Union[Seat, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Seat(_message.Message):
    __slots__ = ("ticket_id", "zone", "seat", "state", "owner_contact_id", "holder_name", "delivery", "cart_id", "take_back_possible")
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OWNER_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    CART_ID_FIELD_NUMBER: _ClassVar[int]
    TAKE_BACK_POSSIBLE_FIELD_NUMBER: _ClassVar[int]
    ticket_id: str
    zone: str
    seat: str
    state: SeatState
    owner_contact_id: str
    holder_name: str
    delivery: Delivery
    cart_id: str
    take_back_possible: bool
    def __init__(self, ticket_id: _Optional[str] = ..., zone: _Optional[str] = ..., seat: _Optional[str] = ..., state: _Optional[_Union[SeatState, str]] = ..., owner_contact_id: _Optional[str] = ..., holder_name: _Optional[str] = ..., delivery: _Optional[_Union[Delivery, str]] = ..., cart_id: _Optional[str] = ..., take_back_possible: bool = ...) -> None: ...

class Transfer(_message.Message):
    __slots__ = ("transfer_id", "ticket_id", "from_contact_id", "to_contact_id", "state", "level", "create_time", "end_time")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    TO_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    ticket_id: str
    from_contact_id: str
    to_contact_id: str
    state: TransferState
    level: int
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, transfer_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., from_contact_id: _Optional[str] = ..., to_contact_id: _Optional[str] = ..., state: _Optional[_Union[TransferState, str]] = ..., level: _Optional[int] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TransferTicketRequest(_message.Message):
    __slots__ = ("acting_contact_id", "ticket_id", "to_contact_id", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_ID_FIELD_NUMBER: _ClassVar[int]
    TO_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    ticket_id: str
    to_contact_id: str
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., ticket_id: _Optional[str] = ..., to_contact_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AcceptTransferRequest(_message.Message):
    __slots__ = ("acting_contact_id", "transfer_id", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    transfer_id: str
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., transfer_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RejectTransferRequest(_message.Message):
    __slots__ = ("acting_contact_id", "transfer_id", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    transfer_id: str
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., transfer_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ExportTicketDetailsRequest(_message.Message):
    __slots__ = ("acting_contact_id", "contact_id", "performance_id", "page_size", "page_token")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    contact_id: str
    performance_id: str
    page_size: int
    page_token: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., contact_id: _Optional[str] = ..., performance_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ExportTicketDetailsResponse(_message.Message):
    __slots__ = ("csv", "row_count", "next_page_token")
    CSV_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    csv: str
    row_count: int
    next_page_token: str
    def __init__(self, csv: _Optional[str] = ..., row_count: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ImportTicketDetailsRequest(_message.Message):
    __slots__ = ("acting_contact_id", "csv", "reason", "atomic", "validate_only", "request_id")
    ACTING_CONTACT_ID_FIELD_NUMBER: _ClassVar[int]
    CSV_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ATOMIC_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    acting_contact_id: str
    csv: str
    reason: str
    atomic: bool
    validate_only: bool
    request_id: str
    def __init__(self, acting_contact_id: _Optional[str] = ..., csv: _Optional[str] = ..., reason: _Optional[str] = ..., atomic: bool = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class ImportTicketDetailsResponse(_message.Message):
    __slots__ = ("row_count", "distributed_count", "taken_back_count", "unchanged_count", "refused_rows")
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_ROWS_FIELD_NUMBER: _ClassVar[int]
    row_count: int
    distributed_count: int
    taken_back_count: int
    unchanged_count: int
    refused_rows: _containers.RepeatedCompositeFieldContainer[RefusedRow]
    def __init__(self, row_count: _Optional[int] = ..., distributed_count: _Optional[int] = ..., taken_back_count: _Optional[int] = ..., unchanged_count: _Optional[int] = ..., refused_rows: _Optional[_Iterable[_Union[RefusedRow, _Mapping]]] = ...) -> None: ...

class RefusedRow(_message.Message):
    __slots__ = ("row", "reason", "message")
    ROW_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    row: int
    reason: str
    message: str
    def __init__(self, row: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
