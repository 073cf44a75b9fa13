"""OpenCV's answers: cv2.dnn, which is given the question as an ONNX model."""

import sys

sys.dont_write_bytecode = True
import onnx_model  # noqa: E402
import protocol  # noqa: E402

try:
    import cv2
    import numpy
except ImportError as error:
    sys.exit(f"{error}")


def solve(operation, s, t):
    model, x_shape = onnx_model.model(operation, s, t)
    net = cv2.dnn.readNetFromONNX(numpy.frombuffer(model, numpy.uint8))
    net.setInput(numpy.array(t["x"], numpy.float32).reshape(x_shape))
    return net.forward().ravel().tolist()


protocol.main(f"OpenCV {cv2.__version__}", solve, (cv2.error,))
