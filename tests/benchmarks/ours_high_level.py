"""The high-level tutorial with ``lightpool run``: files, reduction, fit, flux points, results on disk."""

import json
import sys
import tempfile
from pathlib import Path

from high_level import write

from lightpool.cli import main

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    config = write(Path(sys.argv[1]).resolve(), folder)
    main(["run", str(config), "--output", str(folder / "out")], standalone_mode=False)
    fit = json.loads((folder / "out" / "summary.json").read_text())["fit"]
print(f"stat {fit['stat']:.2f}, index {fit['parameters'][0]['value']:.4f}")
