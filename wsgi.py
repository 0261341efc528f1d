"""The door for a WSGI server: `gunicorn wsgi:app`."""

import os

import config
from chainhub.app import create_app
from chainhub.cli import cli

app = create_app(config.load(os.environ))
for command in cli.commands.values():  # `flask --app wsgi …` says what `chainhub …` says
    app.cli.add_command(command)
