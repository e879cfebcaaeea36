"""Where the work on single runs is done: here, in processes of this machine, or on a dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from lightpool.errors import AnalysisError, SettingsError

#: Like the built-in map: results in the order of the items, given as they come.
RunMap = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


@contextmanager
def workers(n: int = 1, scheduler: str | None = None) -> Iterator[RunMap | None]:
    """Yield a map over runs that works in parallel, or None for one process.

    Parameters
    ----------
    n : int
        Processes on this machine, where there is no scheduler.
    scheduler : str, optional
        Address of a dask scheduler. Its workers need this package, and must see the data under
        the same path.

    Raises
    ------
    SettingsError
        If the scheduler cannot be reached, or dask is not installed.
    AnalysisError
        If a worker process ends, or cannot do the work at all.
    """
    if scheduler is not None:
        with _cluster(scheduler) as cluster_map:
            yield cluster_map
    elif n > 1:
        with _processes(n) as pool_map:
            yield pool_map
    else:
        yield None


@contextmanager
def _processes(n: int) -> Iterator[RunMap]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    # A fork of a process that has threads, as notebooks have, may hang: start afresh.
    with ProcessPoolExecutor(n, mp_context=get_context("spawn")) as pool:
        try:
            yield pool.map
        except BrokenProcessPool:
            raise AnalysisError(
                "a worker process ended before its work was done",
                remedy='A script that asks for several processes starts under `if __name__ == "__main__":`',
            ) from None
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _cluster(address: str) -> Iterator[RunMap]:
    try:
        from distributed import Client
    except ImportError:
        raise SettingsError(
            "a dask scheduler needs dask[distributed]",
            where="--scheduler",
            found=address,
            remedy="pip install 'lightpool[distributed]'",
        ) from None
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise SettingsError(
            "the scheduler cannot be reached",
            where="--scheduler",
            found=f"{address} ({type(error).__name__})",
            expected="a running dask scheduler such as tcp://localhost:8786",
        ) from None

    def cluster_map(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        futures = client.map(function, list(items), pure=False)
        for future in futures:
            yield future.result()

    with client:
        try:
            yield cluster_map
        except ModuleNotFoundError as error:
            raise AnalysisError(
                "a worker of the scheduler lacks a package",
                found=str(error),
                remedy="Install the same version of lightpool there",
            ) from None
