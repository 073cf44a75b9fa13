"""Tests of a kernel with pytest. The package brings the fixture and the marker."""

import pytest
from my_linear import my_linear


@pytest.mark.cnnspec(cases=200, dtype=("f32", "f64"))
def test_my_linear(cnnspec_judge):
    cnnspec_judge(my_linear, "linear_forward")
