"""What an installation needs to start: one table of settings, and the frozen value they make."""

from dataclasses import dataclass, field
from pathlib import Path

from chainhub.core.outgoing_settings import OUTGOING, OutgoingSettings

REMEMBER_DAYS_MOST = 90


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its environment variable, its default as text, what it is for."""

    name: str
    default: str
    meaning: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"CHAINHUB_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "mode",
        "demo",
        "`demo` or `production`; production refuses demonstration accounts and a missing secret",
    ),
    Setting("instance", "instance", "Folder for the SQLite file, the demonstration's secret and locks"),
    Setting("database_url", "", "`postgresql+psycopg://…`; empty means SQLite in the instance folder"),
    Setting("secret_key", "", "Signs sessions; at least 32 characters. A demonstration makes its own"),
    Setting("cookie_secure", "auto", "`true`: cookies over HTTPS alone; `auto`: true in production"),
    Setting("trusted_proxies", "0", "How many reverse proxies stand in front (for the address of a visitor)"),
    Setting(
        "hosts",
        "",
        "Host names under which visitors reach it, with commas between; `.example.cn` means all below. "
        "Others are refused; empty: any. The machine itself always may",
    ),
    Setting(
        "idle_minutes", "30", "Idle minutes after which a person is signed out; administrators half of it"
    ),
    Setting("remember_days", "30", "Days an enterprise may stay signed in on its own phone"),
    Setting("log_level", "INFO", "`DEBUG`, `INFO`, `WARNING` or `ERROR`"),
    Setting(
        "storage",
        "",
        "Where attachments lie: `s3://bucket/prefix` in a bucket (with the extra `s3`; keys and endpoint by the usual "
        "`AWS_…` variables); empty: in the folder `attachments` of the instance folder",
    ),
    Setting("metrics_token", "", "Bearer token for `/metrics`; empty: loopback only"),
    *(Setting(*one) for one in OUTGOING),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of this process, checked."""

    mode: str
    instance: Path
    database_url: str
    secret_key: str
    cookie_secure: bool
    trusted_proxies: int
    hosts: tuple[str, ...]
    idle_minutes: int
    remember_days: int
    log_level: str
    metrics_token: str
    storage: str = ""
    outgoing: OutgoingSettings = field(default_factory=OutgoingSettings)

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration."""
        return self.mode == "demo"
