"""Letters into a folder: how a demonstration shows what would go out, without a mail server and without the network."""

import re
from dataclasses import dataclass
from pathlib import Path

from chainhub.notices.manners import Message
from chainhub.notices.senders.mail import Mail
from chainhub.notices.senders.sending import Unreachable

_WRITES = Mail("", 0, "none", "", "", "chainhub@localhost", "产业链党委协同平台（演示）", 0)


@dataclass(frozen=True, slots=True)
class Folder:
    """Where letters are written, each as a file that a mail program opens."""

    path: Path

    def send(self, message: Message) -> str:
        """Write a letter; the same one again takes its place. Raises Unreachable."""
        file = self.path / f"{re.sub(r'[^A-Za-z0-9-]', '', message.id)}.eml"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._letter(message))
        except OSError as error:
            raise Unreachable(f"写不进演示的发件夹：{error.strerror}") from error
        return f"演示不真的发信：写在 outbox/{file.name} 了"

    @staticmethod
    def _letter(message: Message) -> bytes:
        return _WRITES.letter(message).as_bytes()
