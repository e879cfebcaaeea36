"""What both high-level scripts share: the tutorial's configuration and model, with this machine's paths."""

from pathlib import Path

import yaml

MODEL = {
    "components": [
        {
            "name": "crab",
            "type": "SkyModel",
            "spectral": {
                "type": "PowerLawSpectralModel",
                "parameters": [
                    {"name": "index", "value": 2.6},
                    {"name": "amplitude", "value": 5.0e-11, "unit": "cm-2 s-1 TeV-1"},
                    {"name": "reference", "value": 1.0, "unit": "TeV", "frozen": True},
                ],
            },
        }
    ]
}


def write(store: Path, folder: Path) -> Path:
    """Write configuration and model into a folder; return the configuration's path."""
    config = yaml.safe_load((Path(__file__).parent / "high_level.yaml").read_text())
    config["observations"]["datastore"] = str(store)
    mask = store.parent / "joint-crab" / "exclusion" / "exclusion_mask_crab.fits.gz"
    if mask.is_file():
        config["datasets"]["background"]["exclusion"] = str(mask)
    (folder / "model.yaml").write_text(yaml.safe_dump(MODEL))
    config["general"] = {"models_file": str(folder / "model.yaml")}
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    return path
