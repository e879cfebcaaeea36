"""The panel that carries the page on: its link, its script, its configuration."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as w

from lightpool.errors import LightpoolError
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.carry import Texts
from lightpool_dashboard.controls.link import Notice, labelled, panel
from lightpool_dashboard.inputs import INPUT_NAMES, Inputs
from lightpool_dashboard.state import State

if TYPE_CHECKING:
    from lightpool_dashboard.carry.bundle import Bundle

_OFFER = '<p class="lp-note">A zip with every result as a file, and a report on one page.</p>'
#: Configurations beside that of the page.
_FILES = {
    "span": ("lightpool_span.yaml", "the brushed time span"),
    "map": ("lightpool_map.yaml", "the sky map"),
}
LINK, PYTHON, YAML = "Link", "Python", "YAML"

#: Copies the text beside the button; without it, or where the browser forbids it, the text can be
#: selected and copied by keyboard. Nothing of the page's own data is in it.
_COPY = (
    "const t=this.closest('.lp-carried').querySelector('textarea');t.focus();t.select();"
    "const done=()=>{this.textContent='Copied';setTimeout(()=>this.textContent='Copy',1500)};"
    "navigator.clipboard?navigator.clipboard.writeText(t.value).then(done,()=>{}):"
    "document.execCommand('copy')&&done()"
)


class CarryPanel:
    """What is chosen on the page, as text to take away.

    Parameters
    ----------
    state : State
    texts : Texts
    """

    def __init__(self, state: State, texts: Texts) -> None:
        self._state, self._texts = state, texts
        self.kind = labelled(
            w.ToggleButtons(
                options=[LINK, PYTHON, YAML],
                tooltips=["A link to this page", "This analysis as a script", "A file for lightpool run"],
                description="Show",
                style={"button_width": "60px"},
            ),
            "carry",
        )
        self.text = w.HTML()
        self.text.add_class("lp-carried")
        self.prepare = w.Button(description="Prepare download", tooltip="Every result as a file, in a zip")
        labelled(self.prepare, "download")
        self.download = w.HTML(_OFFER)
        self.download.add_class("lp-download")
        self.prepare.on_click(guarded(state)(lambda button: state.request_download()))
        state.observe(guarded(state)(self._show_bundle), names=["bundle", "problems"])
        self.kind.observe(guarded(state)(self._show), names="value")
        state.observe(guarded(state)(self._show), names=[*INPUT_NAMES, "outcome", "series"])
        self._show()
        self.box = panel(
            "Carry it on", [Notice(state, "config"), self.kind, self.text, self.prepare, self.download]
        )

    def _show(self, change: object = None) -> None:
        inputs = self._state.inputs()
        how: dict[str, Callable[[Inputs], str]] = {LINK: _link, PYTHON: self._python, YAML: self._yaml}
        if self.kind.value != LINK and not self._texts.is_ready(inputs):
            self.text.value = '<p class="lp-note">It appears with the first result.</p>'
            return
        try:
            self.text.value = how[self.kind.value](inputs)
        except LightpoolError as error:
            self.text.value = f'<p class="lp-note">{escape(str(error))}</p>'

    def _show_bundle(self, change: object) -> None:
        bundle, problem = self._state.bundle, self._state.problems.get("bundle", "")
        if problem:
            self.download.value = f'<p class="lp-note">{escape(problem)}</p>'
        else:
            self.download.value = _OFFER if bundle is None else _bundle_links(bundle)

    def _python(self, inputs: Inputs) -> str:
        return _file(
            self._texts.script(inputs, self._state.band),
            "lightpool_page.py",
            "text/x-python",
            "Python script",
        )

    def _yaml(self, inputs: Inputs) -> str:
        texts = self._texts.configs(inputs, self._state.band)
        shown = _file(texts.pop("page"), "lightpool_page.yaml", "text/yaml", "Configuration")
        return shown + "".join(
            f"<div>{data_link(name, 'text/yaml', text.encode(), f'Save {name}, {what}')}</div>"
            for text, (name, what) in ((text, _FILES[key]) for key, text in texts.items())
        )


def _bundle_links(bundle: Bundle) -> str:
    links = [
        _sized_link(f"{bundle.name}.zip", "application/zip", bundle.zipped),
        _sized_link(f"{bundle.name}.html", "text/html", bundle.report),
    ]
    notes = "".join(f'<p class="lp-note">{escape(note)}</p>' for note in bundle.notes)
    return "".join(f"<div>{link}</div>" for link in links) + notes


def _sized_link(name: str, kind: str, data: bytes) -> str:
    size = f"{len(data) / 1e6:.1f} MB" if len(data) > 1e5 else f"{len(data) / 1e3:.0f} kB"
    return data_link(name, kind, data, f"Save {name} ({size})")


def data_link(name: str, kind: str, data: bytes, text: str) -> str:
    """Return a link that saves bytes as a file; no script and no request is needed for it."""
    address = f"data:{kind};base64,{b64encode(data).decode()}"
    return f'<a download="{escape(name)}" href="{address}">{escape(text)}</a>'


def _link(inputs: Inputs) -> str:
    link = Texts.link(inputs)
    if not link:
        return '<p class="lp-note">There are too many choices for a link: take the YAML.</p>'
    follow = f'<a href="{escape(link)}" target="_blank" rel="noopener">Open in a new tab</a>'
    return _area(link, "Link, from the question mark on", 3) + _row(follow)


def _file(text: str, name: str, kind: str, label: str) -> str:
    return _area(text, label, 10) + _row(data_link(name, kind, text.encode(), f"Save {name}"))


def _area(text: str, label: str, rows: int) -> str:
    start = f'<textarea readonly rows="{rows}" spellcheck="false" aria-label="{label}">'
    return f"{start}\n{escape(text)}</textarea>"


def _row(link: str) -> str:
    return f'<div class="lp-take"><button type="button" onclick="{escape(_COPY)}">Copy</button>{link}</div>'
