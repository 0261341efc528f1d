"""The door for a WSGI server: `gunicorn wsgi:app`."""

import os

import config
from chainhub.app import create_app

app = create_app(config.load(os.environ))
