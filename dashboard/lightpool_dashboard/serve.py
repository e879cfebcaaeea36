"""The command ``lightpool dashboard``: finds the data, then serves the page."""

from __future__ import annotations

import errno
import os
import socket
import sys
import sysconfig
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lightpool.errors import LightpoolError, SettingsError
from lightpool.places import resolve_stores
from lightpool_dashboard import stores as dl3_stores
from lightpool_dashboard.service import Service

if TYPE_CHECKING:
    from lightpool.config import AnalysisConfig

SHARE = Path(__file__).parent / "share" / "jupyter"
NOTEBOOK = "dashboard.ipynb"


@click.command()
@click.option(
    "--data",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A DL3 store, or a folder of stores; may be given more than once. Without it: $LIGHTPOOL_DATA, "
    "$GAMMAPY_DATA/hess-dl3-dr1, what 'lightpool download' fetched, else a simulated demo.",
)
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Start from the analysis of this YAML file, as `lightpool run` and the page write it.",
)
@click.option("--port", metavar="N", type=click.IntRange(1, 65535), default=8866, show_default=True)
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
@click.option(
    "--public",
    is_flag=True,
    help="Serve strangers: two warm kernels, limits on memory and idle time, nothing of this machine shown. "
    "Opens no browser.",
)
@click.option("--host", metavar="ADDRESS", help="The address to listen on.  [default: 127.0.0.1]")
@click.option("--base-url", metavar="PATH", help="The path of the page behind a proxy, such as /lightpool/.")
@click.option(
    "--trust-host",
    "hosts",
    metavar="NAME",
    multiple=True,
    help="Answer requests under this host name, beside localhost; may be given more than once.  "
    "[default with --public: any name]",
)
@click.option(
    "--max-kernels",
    metavar="N",
    type=click.IntRange(1),
    help="Serve so many pages at once; the next reads that the server is full.  [default: 20]",
)
@click.option(
    "--starts-per-minute",
    metavar="N",
    type=click.IntRange(1),
    help="Let one address open so many pages in a minute; a class behind one router needs some.  "
    "[default: 30]",
)
@click.option(
    "--warm",
    metavar="N",
    type=click.IntRange(0),
    help="Keep so many kernels waiting with the page drawn.  [default: 1, with --public 2]",
)
@click.option(
    "--idle-minutes",
    metavar="N",
    type=float,
    help="End a kernel that nobody has used for so long; without --public only where no tab shows it.  "
    "[default: 10, with --public 20]",
)
@click.option(
    "--memory",
    "memory_mb",
    metavar="MB",
    type=click.IntRange(300),
    help="Let a kernel allocate so much memory (on Linux).  [default with --public: 2000]",
)
def dashboard(
    data: tuple[Path, ...], config: Path | None, port: int, no_browser: bool, public: bool, **limits: Any
) -> None:
    """Open the live dashboard in a browser, or serve it to others."""
    service = Service.of(public=public, port=port, **limits)
    check_port(service.host, port)
    if config is not None:
        from lightpool.config import AnalysisConfig

        settings = AnalysisConfig.read(config)
        data = data or configured_data(settings, config)
    stores = resolve_stores(data, tell=lambda text: click.echo(text, err=True))
    if config is not None:
        from lightpool_dashboard.opening import inputs_from_config

        start = inputs_from_config(config, stores)  # refused here, in words, rather than in a kernel
        for sentence in start.get("notices", {}).values():
            click.echo(f"Warning: {sentence}", err=True)
    notebook = find_notebook()

    # What the server knows reaches its kernels through the environment, which they inherit.
    os.environ[dl3_stores.STORES_VARIABLE] = dl3_stores.to_json(stores)
    os.environ.pop(dl3_stores.CONFIG_VARIABLE, None)
    if config is not None:
        os.environ[dl3_stores.CONFIG_VARIABLE] = str(config.absolute())
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(SHARE), os.environ.get("JUPYTER_PATH")]))

    from lightpool_dashboard.page_server import run_server

    def announce() -> None:
        click.echo(f"Lightpool shows {', '.join(stores)} at {service.url} (Ctrl-C stops it)")
        if not no_browser and not public:
            threading.Thread(target=webbrowser.open, args=(service.url,), daemon=True).start()

    run_server(notebook, service, on_listening=announce)


def check_port(host: str, port: int) -> None:
    """Raise a `SettingsError` when nothing can listen there."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise SettingsError("this is no address", where="--host", found=host) from error
    with socket.socket(family, kind) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise SettingsError("this machine has no such address", where="--host", found=host) from error
            in_use = error.errno == errno.EADDRINUSE
            reason = "is already in use" if in_use else f"cannot be used ({error.strerror})"
            raise SettingsError(f"port {port} {reason}", remedy="Choose another with --port.") from error


def configured_data(settings: AnalysisConfig, config: Path) -> tuple[Path, ...]:
    """Return the store that a configuration names, nothing when it leaves that to the default.

    Raises
    ------
    SettingsError
        When the store is not there.
    """
    from lightpool.config.paths import find

    if "datastore" not in settings.observations.model_fields_set:
        return ()
    where = f"{config}: observations.datastore"
    return (find(settings.observations.datastore, where=where, beside=settings.directory),)


def find_notebook() -> Path:
    """Return the notebook that the server shows: of the checkout, else of the installed distribution."""
    checkout = Path(__file__).resolve().parents[2] / "notebooks" / NOTEBOOK
    installed = [Path(root) / "share" / "lightpool" / "notebooks" / NOTEBOOK for root in _data_roots()]
    for candidate in (checkout, *installed):
        if candidate.is_file():
            return candidate
    raise SettingsError(
        f"{NOTEBOOK} is not installed", expected=str(installed[0]), remedy="Reinstall lightpool."
    )


def _data_roots() -> list[str]:
    """Return where an installer may have put the data files of the distribution."""
    import site

    return [sys.prefix, sysconfig.get_path("data"), site.getuserbase()]


def main() -> None:
    """Run the command on its own, as ``python -m lightpool_dashboard.serve``."""
    try:
        dashboard()
    except LightpoolError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
