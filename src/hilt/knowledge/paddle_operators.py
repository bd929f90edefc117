"""What PaddlePaddle operators reach outside the program."""

from __future__ import annotations

PYTHON = frozenset({"py_func", "py_layer", "run_python_op"})
"""Operators that call Python functions of the process."""

FILES = frozenset(
    {
        "save",
        "load",
        "save_combine",
        "load_combine",
        "sparse_tensor_load",
        "create_custom_reader",
        "open_files",
        "read_file",
    }
)
"""Operators that write or read files by a path in the program; an exported model leaves its parameters to the loader."""

NETWORK = frozenset(
    {
        *(
            "send",
            "recv",
            "listen_and_serv",
            "fl_listen_and_serv",
            "heter_listen_and_serv",
            "send_and_recv",
            "prefetch",
        ),
        *("send_barrier", "fetch_barrier", "distributed_lookup_table", "pull_sparse", "push_sparse", "push_dense"),
    }
)
"""Operators of distributed training, which open connections."""
