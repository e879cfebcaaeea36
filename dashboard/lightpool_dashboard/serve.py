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
from typing import TYPE_CHECKING

import click

from lightpool.errors import LightpoolError, SettingsError
from lightpool_dashboard import stores as dl3_stores

if TYPE_CHECKING:
    from lightpool.config import AnalysisConfig

"""Environment variable that hands the path of the configuration file to the kernel."""

HOST = "127.0.0.1"
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
    help="Start from the store, target, radius, energies, model and flux points of this YAML file.",
)
@click.option("--port", metavar="N", type=click.IntRange(1, 65535), default=8866, show_default=True)
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
def dashboard(data: tuple[Path, ...], config: Path | None, port: int, no_browser: bool) -> None:
    """Open the live dashboard in a browser."""
    # Later: --public, for a server that strangers visit (more warm kernels, a cap on them, limits).
    check_port(port)
    if config is not None:
        from lightpool.config import AnalysisConfig

        settings = AnalysisConfig.read(config)
        data = data or configured_data(settings, config)
    stores = dl3_stores.resolve_stores(data, tell=lambda text: click.echo(text, err=True))
    if config is not None:
        from lightpool_dashboard.opening import inputs_from_config

        inputs_from_config(config, stores)  # refused here, in words, rather than in a kernel
    notebook = find_notebook()

    # What the server knows reaches its kernels through the environment, which they inherit.
    os.environ[dl3_stores.STORES_VARIABLE] = dl3_stores.to_json(stores)
    os.environ.pop(dl3_stores.CONFIG_VARIABLE, None)
    if config is not None:
        os.environ[dl3_stores.CONFIG_VARIABLE] = str(config.absolute())
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(SHARE), os.environ.get("JUPYTER_PATH")]))

    from lightpool_dashboard.page_server import page_config, run_server

    url = f"http://{HOST}:{port}/"

    def announce() -> None:
        click.echo(f"Lightpool shows {', '.join(stores)} at {url} (Ctrl-C stops it)")
        if not no_browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    credits = {name: dl3_stores.attribution(path) for name, path in stores.items()}
    run_server(notebook, page_config(host=HOST, port=port, credits=credits), on_listening=announce)


def check_port(port: int) -> None:
    """Raise a `SettingsError` when nothing can listen on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
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
