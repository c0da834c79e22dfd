"""What a platform's manifest says: its operations, events, facts of the tenant, and what each operation risks.

A manifest is a data file under `schemas/`; `load.py` reads it into these classes. The checker, the interpreter and
the connectors all work from them, so a new platform needs no change elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from .kinds import Enum, Record, Type, Variants, every_record


class Kind(StrEnum):
    """What an operation does to the platform."""

    READ = "read"
    SET = "set"
    INCREMENT = "increment"
    CREATE = "create"
    RECORD = "record"


class Parameter(Struct, frozen=True):
    name: str
    type: Type


class SideEffect(Struct, frozen=True):
    """Something an operation sets off: `refund`, `stock`, `mail`, `invoice`, `order`.

    `when` names the tenant fact it depends on (it happens while that fact is ON), empty when it always happens.
    """

    name: str
    when: str = ""


class BusinessError(Struct, frozen=True):
    """A refusal that means something to the business, and how the platform's answer shows it."""

    code: str
    status: int
    error_key: str = ""


class OutcomeCheck(Struct, frozen=True):
    """How to find out whether a call with an unknown outcome took effect: read, then look.

    `arguments` are templates over the body that was sent (`"{order}"`, `"key={referenceKey}"`). The call was applied
    when the read finds anything (`list` empty), or when in the list at `list` an element whose fields equal the body's
    (`where`: element field -> body field) has the field `has`.
    """

    read: str
    arguments: tuple[str, ...]
    list: str = ""
    where: Mapping[str, str] = {}
    has: str = ""


class PageKind(StrEnum):
    """How the rest of a long list is asked for: by the word the answer gives, a number that counts pages or elements,
    or the address in its `Link` header (RFC 8288, `rel="next"`)."""

    CURSOR = "cursor"
    PAGE = "page"
    OFFSET = "offset"
    LINK = "link"


class Pages(Struct, frozen=True):
    """A list that comes in pages, and is put together: at most `most` of them.

    `items` is the path of the list in the answer, empty when the answer is the list. `parameter` is the query entry
    that asks for a page, `next` the path of the cursor in the answer, `first` the number of the first page. A page
    with fewer than `size` elements is the last one; without `size` only an empty one is.
    """

    kind: PageKind
    items: str = ""
    parameter: str = ""
    next: str = ""
    first: int = 1
    size: int = 0
    most: int = 100


class HttpCall(Struct, frozen=True):
    """The HTTP request of an operation. `path` has `{field}` places filled from arguments or body, percent-encoded.

    `body` lists the fields sent as JSON (empty: none), `fixed` templates of fields beside them; `wrap` is true where
    the platform wants a bare array. `content` names the field whose value is the whole body instead. A query or fixed
    entry whose place has no value is left out. `item_errors` is the path of a list in a successful answer whose
    elements may each hold an `error`.
    """

    method: str
    path: str
    query: Mapping[str, str] = {}
    body: tuple[str, ...] = ()
    wrap: bool = False
    scope: str = ""
    content: str = ""
    fixed: Mapping[str, str] = {}
    item_errors: str = ""
    pages: Pages | None = None


class AuthKind(StrEnum):
    """How a platform is told who calls: not at all, or by `Authorization: Bearer`, a header or a query entry with a
    name of its own, user name and password, or a token fetched with them (OAuth 2.0 client credentials, RFC 6749 4.4).
    """

    NONE = "none"
    BEARER = "bearer"
    HEADER = "header"
    QUERY = "query"
    BASIC = "basic"
    OAUTH2 = "oauth2"


class Auth(Struct, frozen=True):
    """The way to sign in. `name` is the header or query entry, `token_path` the place below the base URL where tokens
    are fetched, `scope` what they are asked for."""

    kind: AuthKind = AuthKind.NONE
    name: str = ""
    token_path: str = ""
    scope: str = ""


class Rest(Struct, frozen=True):
    """What all requests to a platform share, for the connector `rest`. `idempotency_header` carries an effect's key,
    empty for none."""

    auth: Auth = Auth()
    idempotency_header: str = ""


class Units(Struct, frozen=True):
    """Where an answer lists physical units that only one return may claim: path of the list, name of the id field."""

    list: str
    id: str


class Operation(Struct, frozen=True):
    """One call a mapping can name (`orders.get`); `http` is empty where connector code composes several requests.

    An `undocumented` one rests on guesses: connectors refuse it until somebody has said that it may be tried.
    A read that `books` an increment is for audits alone: it is answered from what was sent here, held against what the
    platform has now.
    """

    name: str
    kind: Kind
    summary: str = ""
    parameters: tuple[Parameter, ...] = ()
    input: Record | None = None
    output: Type | None = None
    idempotent: bool = False
    side_effects: tuple[SideEffect, ...] = ()
    errors: tuple[BusinessError, ...] = ()
    check: OutcomeCheck | None = None
    additive: str = ""
    books: str = ""
    identity: tuple[str, ...] = ()
    undo: str = ""
    units: Units | None = None
    http: HttpCall | None = None
    settles_itself: bool = False
    undocumented: bool = False
    source: str = ""


class EventKind(Struct, frozen=True):
    """An incoming event: which record it tells of, where its key and snapshot stand, how to read the newest state.

    Paths are dotted. `reread` names the read operation that gives the newest record (argument: the key). `tells` is the
    side effect that has happened when it comes: `refund`, or empty; `known_as` another name under which the record may
    have been read, of fields of the snapshot: `key={referenceKey}`.
    """

    name: str
    wire_names: tuple[str, ...]
    record: str
    key: str
    snapshot: str
    reread: str = ""
    id: str = "id"
    occurred: str = ""
    source: str = ""
    tells: str = ""
    known_as: str = ""


class Fact(Struct, frozen=True):
    """Something that is true of one tenant and cannot be read from the platform; a mapping may `assume` it.

    `effect` is what the platform sets off by itself while the fact is ON (`stock`, `refund`, `order`), empty when
    nothing, or when operations name the fact in their side effects. It does so for every record, or only for those
    whose field `only_when` is true. `told_by` names a read that is answered where the fact is ON, and refused where it
    is OFF.
    """

    name: str
    values: tuple[str, ...]
    default: str
    summary: str = ""
    effect: str = ""
    source: str = ""
    only_when: str = ""
    told_by: str = ""


class Manifest(Struct, frozen=True, dict=True):
    """One platform (`scayle`) in one version of its interface (`scayle/admin-v1`).

    Names in the mappings are short: `Return`, not `reveni.Return`. `enums` holds the named sets of words
    (`ReturnReason`), `schemas` the JSON Schema of every record and enum, `options` the places of paths that a
    connector's configuration fills, with what they mean. `approving` gives, per record, the values of its `status`
    which mean that the refund is agreed.
    """

    system: str
    version: str
    title: str
    types: Mapping[str, Record]
    operations: Mapping[str, Operation]
    events: Mapping[str, EventKind]
    facts: Mapping[str, Fact]
    approving: Mapping[str, tuple[str, ...]] = {}
    owns: tuple[str, ...] = ()
    schemas: Mapping[str, Mapping[str, object]] = {}
    enums: Mapping[str, Enum] = {}
    options: Mapping[str, str] = {}
    rest: Rest = Rest()

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """Every record that can be read, sent or told, also those in others."""
        called = (kind for operation in self.operations.values() for kind in (operation.input, operation.output))
        return tuple(every_record((*self.types.values(), *(kind for kind in called if kind is not None))))

    @cached_property
    def personal(self) -> frozenset[str]:
        """The names of the fields that say who a person is, in whichever record."""
        return frozenset(name for record in self.records for name, field in record.fields.items() if field.personal)

    @cached_property
    def telling(self) -> frozenset[str]:
        """The names of the fields whose word tells which of several records one is."""
        return frozenset(record.by for record in self.records if isinstance(record, Variants))

    def event_called(self, name: str) -> EventKind | None:
        """The event of that name, ours or the platform's, as it is written on the wire."""
        return self._events_by_name.get(name)

    @cached_property
    def _events_by_name(self) -> Mapping[str, EventKind]:
        kinds = tuple(self.events.values())
        return {name: kind for kind in reversed(kinds) for name in (kind.name, *kind.wire_names)}
