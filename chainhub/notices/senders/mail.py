"""E-mail by SMTP. Marked as sent by a machine, so that no mail program answers it; no mail is ever read here."""

import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from chainhub.notices import manners
from chainhub.notices.manners import Message
from chainhub.notices.senders.calling import plain
from chainhub.notices.senders.sending import Refused, TryLater, Unreachable

SECURITIES = ("starttls", "ssl", "none")
PORTS = {"starttls": 587, "ssl": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server and the address that letters come from."""

    host: str
    port: int
    security: str  # one of SECURITIES
    user: str
    password: str
    sender: str  # the address
    name: str  # what stands before it
    timeout: float  # seconds for each step of the talk
    context: ssl.SSLContext | None = None  # for a server with a certificate of its own

    def send(self, message: Message) -> str:
        """Send a letter and return what the server said. Raises Refused, TryLater, Unreachable."""
        asked = False
        try:
            with closing(self._opened()) as server:
                if self.security == "starttls":
                    server.starttls(context=self._context())
                if self.user:
                    server.login(self.user, self.password)
                asked = True
                server.send_message(self.letter(message), self.sender, [message.address])
                with suppress(smtplib.SMTPException, OSError):  # it has the letter, however it says goodbye
                    server.quit()
                return "邮件服务器收下了"
        except smtplib.SMTPRecipientsRefused as error:
            raise _answer(*error.recipients[message.address], who="收件人") from error
        except smtplib.SMTPAuthenticationError as error:
            raise Unreachable(f"登录不了（{error.smtp_code}），请检查用户名和密码") from error
        except smtplib.SMTPResponseException as error:
            raise _answer(error.smtp_code, error.smtp_error, who="信") from error
        except smtplib.SMTPNotSupportedError as error:
            raise Unreachable("邮件服务器不会加密（STARTTLS）或登录，请检查设置") from error
        except smtplib.SMTPServerDisconnected as error:
            hung = isinstance(error.__context__, TimeoutError)
            raise Unreachable(f"邮件服务器{'没有应答' if hung else '挂断了'}", perhaps=asked) from error
        except TimeoutError as error:
            raise Unreachable("邮件服务器没有应答", perhaps=asked) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"和邮件服务器的连接断了：{plain(error)}", perhaps=asked) from error

    def _opened(self) -> smtplib.SMTP:
        if self.security == "ssl":
            context = self._context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)

    def _context(self) -> ssl.SSLContext:
        return self.context or ssl.create_default_context()

    def letter(self, message: Message) -> EmailMessage:
        """Return the letter: a subject in UTF-8, an id that stays when it is sent again, marked as automatic."""
        found = EmailMessage()
        user, _, host = self.sender.partition("@")
        found["Subject"] = manners.subject(message)
        found["From"] = Address(self.name, user, host)
        found["To"] = message.address
        found["Date"] = format_datetime(message.at)
        found["Message-ID"] = f"<{message.id}@{host}>"
        found["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine answers this
        found["Precedence"] = "bulk"
        found["X-Auto-Response-Suppress"] = "All"
        found["X-ChainHub-Notices"] = ",".join(map(str, message.notices)) or "none"
        if message.repeated:
            found["X-ChainHub-Repeated"] = "maybe"
        found.set_content(manners.letter(message), charset="utf-8", cte="base64")
        return found


def _answer(code: int, said: bytes | str, who: str) -> Exception:
    """Return what an answer of the server means: 5xx for good, 421 that it takes nothing, 4xx not now."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    text = f"{code} {' '.join(words.split())[:160]}"
    if code == 421:
        return Unreachable(f"邮件服务器现在不收信：{text}")
    if code >= 500:
        return Refused(f"邮件服务器不收这个{who}：{text}")
    return TryLater(f"邮件服务器请晚点再发：{text}")
