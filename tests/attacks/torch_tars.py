"""Builds what torch.save wrote before PyTorch 0.1.10, after its code of then; and hostile kin of it."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile

from attacks.pickles import called, named, p, text

STORAGE = p(2, b"(K\x01" + text("cpu") + named("torch", "FloatStorage") + b"t")
TENSOR = p(2, b"(K\x02K\x01" + named("torch", "FloatTensor") + b"t")
STORAGES = pickle.dumps(1, 2) + STORAGE + struct.pack("<q", 6) + b"\0" * 24 + pickle.dumps([], 2)
TENSORS = pickle.dumps(1, 2) + TENSOR + struct.pack("<i4x2q2qq", 2, 2, 3, 3, 1, 0)
OBJECT = p(2, called(named("collections", "OrderedDict")) + text("weight") + text("2") + b"Qs")
SYSTEM = pickle.dumps({"protocol_version": 1000, "little_endian": True}, 2)


def torch_tar(object_: bytes = OBJECT, tensors: bytes = TENSORS, storages: bytes = STORAGES, **others: bytes) -> bytes:
    out = io.BytesIO()
    members = {"sys_info": SYSTEM, "pickle": object_, "tensors": tensors, "storages": storages, **others}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()
