from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CalendarUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALENDAR_UNIT_UNSPECIFIED: _ClassVar[CalendarUnit]
    CALENDAR_UNIT_HOUR: _ClassVar[CalendarUnit]
    CALENDAR_UNIT_DAY: _ClassVar[CalendarUnit]
    CALENDAR_UNIT_MONTH: _ClassVar[CalendarUnit]
    CALENDAR_UNIT_YEAR: _ClassVar[CalendarUnit]
    CALENDAR_UNIT_WEEK: _ClassVar[CalendarUnit]
CALENDAR_UNIT_UNSPECIFIED: CalendarUnit
CALENDAR_UNIT_HOUR: CalendarUnit
CALENDAR_UNIT_DAY: CalendarUnit
CALENDAR_UNIT_MONTH: CalendarUnit
CALENDAR_UNIT_YEAR: CalendarUnit
CALENDAR_UNIT_WEEK: CalendarUnit

class CalendarPeriod(_message.Message):
    __slots__ = ("unit", "length")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    unit: CalendarUnit
    length: int
    def __init__(self, unit: _Optional[_Union[CalendarUnit, str]] = ..., length: _Optional[int] = ...) -> None: ...
