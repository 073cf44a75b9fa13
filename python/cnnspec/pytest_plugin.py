"""The pytest plugin. It is there as soon as the package is installed.

    @pytest.mark.cnnspec(cases=2000)
    def test_my_conv2d(cnnspec_judge):
        cnnspec_judge(my_conv2d, "conv2d_forward", framework="torch")

Options: --cnnspec-cases N and --cnnspec-seed S replace what the tests ask for; --cnnspec-html DIR keeps a page of each
verdict. A test fails with what the command prints, and with the line that repeats the failure.
"""

import re
from pathlib import Path

import pytest


def pytest_addoption(parser):
    group = parser.getgroup("cnnspec", "kernels of convolutional networks")
    group.addoption("--cnnspec-cases", metavar="N", type=int, help="random cases of each operation")
    group.addoption("--cnnspec-seed", metavar="S", type=int, help="of the cases and their data")
    group.addoption("--cnnspec-html", metavar="DIR", type=Path, help="write a page for each verdict into this folder")


def pytest_configure(config):
    config.addinivalue_line("markers", "cnnspec(**options): options of cnnspec.judge for the fixture cnnspec_judge, "
                                       "such as cases=2000 or layouts=('channels_last',)")


@pytest.fixture
def cnnspec_judge(request):
    """judge(kernel, op, **options): cnnspec.judge, or cnnspec.judge_layer if `op` is a layer. Fails the test if the
    kernel is not right. Returns the Verdict. Options of the marker `cnnspec` are defaults."""
    import cnnspec
    from cnnspec.gradients import LAYERS

    marker, option = request.node.get_closest_marker("cnnspec"), request.config.getoption
    usual = dict(marker.kwargs) if marker else {}
    given = {name: option(f"--cnnspec-{name}") for name in ("cases", "seed")}
    number = 0

    def judge(kernel, op, **options):
        nonlocal number
        number += 1
        chosen = {**usual, **options, **{name: value for name, value in given.items() if value is not None}}
        verdict = (cnnspec.judge_layer if op in LAYERS else cnnspec.judge)(kernel, op, **chosen)
        if (folder := option("--cnnspec-html")) is not None:
            folder.mkdir(parents=True, exist_ok=True)
            name = re.sub(r"[^\w.-]+", "_", request.node.name) + ("" if number == 1 else f"_{number}")
            (folder / f"{name}.html").write_text(verdict.to_html(), encoding="utf-8")
        if not verdict:
            repro = "".join(f"\n\nto repeat it:\n  {failure.repro}" for failure in verdict.failures[:1])
            pytest.fail(f"{verdict}{repro}", pytrace=False)
        return verdict

    return judge
