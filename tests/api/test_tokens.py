"""Getting a token, and whose it is."""

from datetime import timedelta

import pytest

from chainhub.county.people import queries
from chainhub.web.database import db
from tests.api.calling import V1, given, refused
from tests.people import CHIEF, CLERK, NOW, OWNER, POWER

RIGHT = {"username": OWNER, "password": "chainhub-demo", "name": "对接程序"}


def test_a_password_gives_a_token_that_works(client):
    issued = given(client.post(f"{V1}/tokens", json=RIGHT), 201)

    me = given(client.get(f"{V1}/me", headers={"Authorization": f"Bearer {issued['token']}"}))

    assert issued["name"] == "对接程序"
    assert me["username"] == OWNER


def test_a_wrong_password_is_401(client):
    body = refused(client.post(f"{V1}/tokens", json={**RIGHT, "password": "wrong"}), 401, "wrong_password")

    assert "密码不对" in body["title"]


def test_after_five_wrong_passwords_the_right_one_is_429(client):
    for _ in range(5):
        client.post(f"{V1}/tokens", json={**RIGHT, "password": "wrong"})

    response = client.post(f"{V1}/tokens", json=RIGHT)

    refused(response, 429, "account_locked")
    assert int(response.headers["Retry-After"]) > 0


def test_what_is_missing_is_named(client):
    body = refused(client.post(f"{V1}/tokens", json={"username": OWNER}), 422, "invalid")

    assert set(body["errors"]) == {"password", "name"}


def test_who_must_change_the_password_gets_no_token(app, client):
    with app.app_context():
        queries.user_by_name(db.session(), OWNER).must_change_password = True
        db.session.commit()

    refused(client.post(f"{V1}/tokens", json=RIGHT), 403, "password_to_change")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer nonsense", "Basic cWl5ZTp4", "Bearer chub_nonsense"]
)
def test_without_a_good_token_everything_is_401(client, header):
    response = client.get(f"{V1}/me", headers={"Authorization": header} if header else {})

    refused(response, 401, "not_signed_in")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_after_a_year(caller, hands):
    program = caller(OWNER)

    hands.at = NOW + timedelta(days=366)

    refused(program.get("/me"), 401)


@pytest.mark.parametrize(
    ("username", "role", "scope"),
    [
        (OWNER, "enterprise", "enterprise:e_yanhe_chilun"),
        (CLERK, "committee", "chain:equipment"),
        (POWER, "department", "unit:power_supply"),
        (CHIEF, "leader", "chain:equipment"),
        ("huifang", "caller", "county"),
    ],
)
def test_me_says_what_i_may(caller, username, role, scope):
    me = given(caller(username).get("/me"))

    assert (role, scope) in {(grant["role"], grant["scope"]) for grant in me["grants"]}
    assert set(me) == {"username", "name", "grants", "unit", "enterprise"}
    assert all(set(grant) == {"role", "scope", "post"} for grant in me["grants"])


def test_me_names_unit_or_enterprise(caller):
    assert given(caller(OWNER).get("/me"))["enterprise"] == "e_yanhe_chilun"
    assert given(caller(POWER).get("/me"))["unit"] == "power_supply"
