"""The command line. Each command is a door: it opens a unit of work and calls one use case."""

import os
import sys

import click
from sqlalchemy.exc import OperationalError

from chainhub.cli import checking, files, inspecting, learning, office, people, playing, reporting, running
from chainhub.core.errors import Invalid, Refusal
from chainhub.web import engine as engines
from chainhub.web import logs


def main() -> None:
    """Run the command line; a mistake by the user is one clear sentence."""
    try:
        sys.exit(cli(standalone_mode=False) or 0)  # the code of an Exit comes back as a value
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Refusal as refusal:
        said = [refusal.title]
        if isinstance(refusal, Invalid):
            said += [f"{name}：{'；'.join(words)}" for name, words in refusal.errors.items()]
        click.echo("\n".join(said), err=True)
        sys.exit(1)
    except engines.SchemaBehind as behind:
        click.echo(behind.sentence, err=True)
        sys.exit(1)
    except OperationalError as error:
        click.echo(
            f"数据库没有应答：{error.orig}。请检查 CHAINHUB_DATABASE_URL，或者先运行 chainhub db upgrade。",
            err=True,
        )
        sys.exit(1)
    except OSError as error:
        click.echo(f"文件读写不了：{error.filename or ''} {error.strerror or error}。", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """ChainHub · 产业链党委协同平台"""
    logs.configure(os.environ.get("CHAINHUB_LOG_LEVEL", "WARNING"))


for _room in (running, playing, people, files, office, learning, checking, reporting, inspecting):
    for _command in _room.COMMANDS:
        cli.add_command(_command)
