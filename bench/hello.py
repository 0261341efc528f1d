"""The yardstick: a bare Flask page under the very server that serves ChainHub."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "<!doctype html><title>Hello</title><p>Hello, world"
