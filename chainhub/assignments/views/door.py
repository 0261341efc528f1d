"""The blueprint on which the pages of guides hang, and who opens which of them."""

from flask import Blueprint

from chainhub.assignments import queries

bp = Blueprint("guides", __name__, template_folder="../templates")
PEOPLE, STAFF = queries.PEOPLE, queries.STAFF
