"""The secret that a demonstration makes for itself: one for all of its workers, whole from the first moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import config

WORKERS = 8


@pytest.mark.parametrize("_time", range(20))
def test_workers_that_start_together_sign_with_one_secret(tmp_path, _time):
    together = threading.Barrier(WORKERS)

    def started(_: int) -> str:
        together.wait()
        return config.load({"CHAINHUB_INSTANCE": str(tmp_path / "instance")}).secret_key

    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(started, range(WORKERS)))

    assert len(set(found)) == 1
    assert len(found[0]) >= 32
    assert [one.name for one in (tmp_path / "instance").iterdir()] == ["secret_key"]
    assert (tmp_path / "instance" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_it_stays_the_same_when_the_house_starts_again(tmp_path):
    environ = {"CHAINHUB_INSTANCE": str(tmp_path)}

    assert config.load(environ).secret_key == config.load(environ).secret_key


def test_a_secret_that_is_cut_short_is_said_and_never_used(tmp_path):
    (tmp_path / "secret_key").write_text("", encoding="ascii")

    with pytest.raises(config.SettingsError, match="delete it"):
        config.load({"CHAINHUB_INSTANCE": str(tmp_path)})
