"""The time-resolved tutorial with ``lightpool run``: spectra, light curve, files. Argument: the store."""

import json
import sys
import tempfile
from pathlib import Path

import yaml

from lightpool.cli import main

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    config = yaml.safe_load((Path(__file__).parent / "time_resolved.yaml").read_text())
    config["observations"]["datastore"] = str(Path(sys.argv[1]).resolve())
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    main(["run", str(folder / "config.yaml"), "--output", str(folder / "out")], standalone_mode=False)
    intervals = json.loads((folder / "out" / "summary.json").read_text())["time_resolved"]["intervals"]
good = sum(entry["success"] for entry in intervals)
print(f"{good} of {len(intervals)} fits, first index {intervals[0]['parameters']['index']['value']:.4f}")
