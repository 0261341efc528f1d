"""Who is reached by which way beside the inbox, as one value; what an address must look like. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from chainhub.core.actor import Role
from chainhub.core.media import PROVEN, ROBOTS, Medium

ADDRESS_MOST = 120
_LOOKS_LIKE: Mapping[Medium, re.Pattern[str]] = {
    Medium.EMAIL: re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"),
    Medium.SMS: re.compile(r"1[3-9][0-9]{9}"),
    Medium.WECHAT: re.compile(r"[A-Za-z0-9_-]{6,64}"),
}
_HOW: Mapping[Medium, str] = {
    Medium.EMAIL: "邮箱写得不对，请写成 name@example.cn 这样。",
    Medium.SMS: "手机号是 11 位数字，请检查。",
    Medium.WECHAT: "请填服务号给您的编号（openid）。",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """One way that a person has chosen and that is proven, where it needs proof."""

    user_id: int
    medium: Medium
    address: str


@dataclass(frozen=True, slots=True)
class Reaches:
    """The ways of everybody who has any. Most people have none: they read the inbox."""

    _by_user: Mapping[int, Mapping[Medium, str]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(
        cls,
        chosen: Iterable[Reach],
        demanded: Mapping[str, Sequence[str]] = MappingProxyType({}),
        held: Iterable[tuple[int, Role, str]] = (),
    ) -> "Reaches":
        """Put together what people chose and what the county demands of a role.

        `held` are (person, role, telephone of the account). Demanded is only what needs no address of the person's
        own, or a telephone that the administrator keeps; a proven address of their own comes first.
        """
        found: dict[int, dict[Medium, str]] = {}
        for one in chosen:
            found.setdefault(one.user_id, {})[one.medium] = one.address
        for user_id, role, phone in held:
            for medium in demanded_of(demanded, role):
                if medium in ROBOTS or (medium is Medium.SMS and not address_errors(Medium.SMS, phone)):
                    found.setdefault(user_id, {}).setdefault(medium, phone)
        return cls(MappingProxyType(found))

    def media(self, user_id: int) -> Collection[Medium]:
        """Return the ways of a person, the inbox aside."""
        return self._by_user.get(user_id, {}).keys()

    def address(self, user_id: int, medium: Medium) -> str | None:
        """Return where a person is reached by a way, or None where they are not (any more)."""
        return self._by_user.get(user_id, {}).get(medium)

    def people(self) -> Collection[int]:
        """Return everybody who is reached otherwise than by the inbox."""
        return self._by_user.keys()


def demanded_of(demanded: Mapping[str, Sequence[str]], role: Role) -> list[Medium]:
    """Return by which ways the county wants a role reached, whatever its holders choose; what is no way is left out."""
    known = {one.value: one for one in Medium}
    return [known[name] for name in demanded.get(role.value, ()) if name in known]


def address_of(medium: Medium, typed: str) -> str:
    """Return an address the way it is kept."""
    if medium is Medium.SMS:
        return re.sub(r"[\s-]", "", typed).removeprefix("+86")
    return typed.strip()


def address_errors(medium: Medium, address: str) -> list[str]:
    """Say what is wrong with an address; an empty list means that it will do."""
    if medium not in PROVEN:
        return []
    if len(address) > ADDRESS_MOST or not _LOOKS_LIKE[medium].fullmatch(address):
        return [_HOW[medium]]
    return []


def masked(medium: Medium, address: str) -> str:
    """Return an address with its middle hidden: 138****1234, zh***@example.cn."""
    if medium is Medium.EMAIL:
        name, _, host = address.partition("@")
        return f"{name[:2]}***@{host}"
    if len(address) < 8:
        return "***" if address else ""
    return f"{address[:3]}****{address[-4:]}"
