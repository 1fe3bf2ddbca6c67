"""Writes python.safetensors with Python's safetensors package (0.5 or later): python python_safetensors.py"""

import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "weights": np.array([[0, 1, 2], [3, 4, 0.1]], dtype=np.float32),
        "mean": np.array([0.1, np.pi], dtype=np.float64),
        "ints": np.array([-1, 2**31 - 1], dtype=np.int32),
        "longs": np.array([-(2**63)], dtype=np.int64),
        "bytes": np.array([0, 255, 7], dtype=np.uint8),
    },
    "python.safetensors",
    metadata={"made by": "Python é"},
)
