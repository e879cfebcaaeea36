"""What a public kernel is given."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lightpool_dashboard.kernels import UNHEARD_BYTES, Unheard, limit_memory, public_environment


def test_a_public_kernel_knows_what_it_needs_and_no_more():
    server = {
        "PATH": "/usr/bin",
        "LC_ALL": "C.UTF-8",
        "LIGHTPOOL_STORES": "{}",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "JUPYTER_TOKEN": "secret",
        "LIGHTPOOL_DATA": "/data",
        "QUERY_STRING": "s=1",
        "OMP_NUM_THREADS": "64",
    }
    assert public_environment(server) == {
        "PATH": "/usr/bin",
        "LC_ALL": "C.UTF-8",
        "LIGHTPOOL_STORES": "{}",
        "LIGHTPOOL_PUBLIC": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "VECLIB_MAXIMUM_THREADS": "1",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process limit another")
def test_more_memory_than_the_limit_is_a_memory_error():
    code = (
        "import sys, numpy\n"
        "print('up', flush=True)\n"
        "sys.stdin.readline()\n"
        "numpy.ones(20 << 20)\n"  # 160 MB
        "print('fits', flush=True)\n"
        "try: numpy.ones(100 << 20)\n"  # 800 MB
        "except MemoryError: print('too much', flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "up\n"
        limit_memory(process.pid, 600)
        said, _ = process.communicate("go\n", timeout=60)
    assert said.splitlines() == ["fits", "too much"]


def test_a_process_that_has_ended_needs_no_limit():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    limit_memory(process.pid, 600)


def test_what_a_kernel_says_to_nobody_is_kept_up_to_a_bound():
    given_up = []
    unheard = Unheard(lambda: given_up.append(True))
    third = [b"", b"x" * (UNHEARD_BYTES // 3)]
    for _ in range(3):
        unheard.append(("iopub", third))
    assert (len(unheard), given_up) == (3, [])
    for _ in range(5):
        unheard.append(("iopub", third))
    assert (len(unheard), given_up) == (3, [True])
