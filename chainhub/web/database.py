"""The one Flask-SQLAlchemy object: it lends engine and session; models stand on the plain `Base`."""

from flask_sqlalchemy import SQLAlchemy

from chainhub.core.db import Base

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
