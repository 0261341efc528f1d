"""By which names the house is called: a foreign one is refused where names are given, and leads nowhere in any case."""

import re

import pytest

import config
from tests import people
from tests.web_client import PASSWORD, token_of

FOREIGN = "evil.example"


@pytest.fixture
def named(app, monkeypatch):
    """The application of a county that has said under which names it is reached."""
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["chainhub.example.cn", ".wenshang.gov.cn", "127.0.0.1"])
    return app.test_client()


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/static/app.css", "/no-such-page", "/healthz", "//x/tickets"]
)
def test_a_foreign_name_is_refused_in_one_sentence(named, path):
    answer = named.get(path, headers={"Host": FOREIGN})

    assert answer.status_code == 400
    assert answer.text == "这里不用这个网址，请用县里公布的网址打开。\n"
    assert "Location" not in answer.headers


def test_a_program_is_refused_in_the_shape_of_programs(named):
    answer = named.get("/api/v1/me", headers={"Host": FOREIGN})

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.get_json(force=True)["code"] == "foreign_host"


@pytest.mark.parametrize(
    "host", ["chainhub.example.cn", "chainhub.example.cn:8443", "chanye.wenshang.gov.cn", "127.0.0.1:8000"]
)
def test_our_own_names_are_answered(named, host):
    assert named.get("/sign-in", headers={"Host": host}).status_code == 200


def test_where_no_names_are_given_any_is_answered(client):
    assert client.get("/sign-in", headers={"Host": FOREIGN}).status_code == 200


@pytest.mark.parametrize(
    "path", ["//x/tickets", "//evil.example", "/tickets//", "/sign-in//", "/", "/tickets", "/api/v1"]
)
def test_a_redirect_is_a_path_of_this_site_whatever_name_was_called(client, path):
    answer = client.get(path, headers={"Host": FOREIGN}, base_url=f"http://{FOREIGN}")

    location = answer.headers.get("Location", "/")
    assert re.match(r"/(?![/\\])", location)


def test_signing_in_under_a_foreign_name_leads_to_a_path(client):
    token = token_of(client, "/sign-in")

    given = {"username": people.OWNER, "password": PASSWORD, "csrf_token": token}
    answer = client.post("/sign-in?next=/inbox", data=given, headers={"Host": FOREIGN})

    assert answer.headers.get("Location", "/inbox") == "/inbox"


def _loaded(tmp_path, **said):
    return config.load({"CHAINHUB_INSTANCE": str(tmp_path), **said})


def test_names_are_read_from_the_settings(tmp_path):
    assert _loaded(tmp_path).hosts == ()
    assert _loaded(tmp_path, CHAINHUB_HOSTS=" A.example.cn, .b.cn,").hosts == ("a.example.cn", ".b.cn")


@pytest.mark.parametrize("said", ["https://a.cn", "a.cn:80", "a.cn/x", "a b.cn", "*"])
def test_what_is_no_name_stops_the_start(tmp_path, said):
    with pytest.raises(config.SettingsError, match="CHAINHUB_HOSTS"):
        _loaded(tmp_path, CHAINHUB_HOSTS=said)
