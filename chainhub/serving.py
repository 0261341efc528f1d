"""How gunicorn serves ChainHub: `gunicorn --config python:chainhub.serving wsgi:app`. Entry point; imports nothing of ours."""

import gc

worker_class = "gthread"
keepalive = 5
loglevel = "warning"


def post_worker_init(worker: object) -> None:
    """Set what was loaded aside from garbage collection: half a million objects that live as long as the worker.

    A request makes some thousand objects and lets go of nearly all of them by counting; looking for circles after
    every seven hundred cost a twelfth of each request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
