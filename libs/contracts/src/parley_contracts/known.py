"""Vocabularies at the boundary are open: a field keeps a member that this version does not know."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

MEMBER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"


@dataclass(frozen=True, slots=True)
class Known:
    """Marks a `str` whose known values are those of a StrEnum: code compares with the enum's members,
    and whoever writes a later version may add to them.
    """

    values: type[StrEnum]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.str_schema(pattern=MEMBER_PATTERN, max_length=40)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"x-known-values": [member.value for member in self.values]}
