"""Files in an S3-compatible bucket: a server of that kind runs beside the test, on the loopback."""

import hashlib
import warnings

import pytest

from chainhub.documents.attachments import storing

pytestmark = pytest.mark.slow
BUCKET = "chainhub-files"


@pytest.fixture(scope="module")
def endpoint():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages of this fixture fret about each other
        from moto.server import ThreadedMotoServer
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, monkeypatch, tmp_path):
    """The storage at a bucket that is there, as the setting opens it."""
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem()
    if not files.exists(BUCKET):
        files.mkdir(BUCKET)
    yield storing.opened(f"s3://{BUCKET}/county/files", tmp_path)
    s3fs.S3FileSystem.clear_instance_cache()


def test_what_is_kept_in_a_bucket_is_read_back_from_it(bucket, tmp_path):
    with bucket.keeping() as shelf:
        places = [shelf.put(b"one"), shelf.put("两份".encode() * 100_000)]

    assert bucket.read(places[0]) == b"one"
    assert bucket.read(places[1]) == "两份".encode() * 100_000
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_saved_is_taken_back_from_the_bucket(bucket):
    put = []

    def _fail():
        with bucket.keeping() as shelf:
            put.append(shelf.put(b"half"))
            raise InterruptedError(bucket.read(put[0]))

    with pytest.raises(InterruptedError, match="half"):
        _fail()
    assert bucket.read(put[0]) is None


def test_what_is_not_in_the_bucket_is_said_to_be_missing(bucket, caplog):
    assert bucket.read("ab/abcdef") is None
    assert "attachment missing" in caplog.text


def test_another_prefix_of_the_bucket_sees_nothing_of_it(bucket, tmp_path):
    with bucket.keeping() as shelf:
        place = shelf.put(b"of this county")

    assert storing.opened(f"s3://{BUCKET}/other", tmp_path).read(place) is None


def test_a_restore_writes_into_a_bucket_in_pieces_and_knows_each_file_by_its_digest(bucket):
    content = b"piece" * 700_000
    with bucket.writing("ab/abcd") as stream:
        for at in range(0, len(content), 1_000_000):
            stream.write(content[at : at + 1_000_000])

    assert bucket.digest("ab/abcd") == hashlib.sha256(content).hexdigest()
    bucket.remove("ab/abcd")
    bucket.remove("ab/abcd")  # gone already
    assert bucket.digest("ab/abcd") is None
