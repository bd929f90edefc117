"""How much of a subject hilt is willing to read: every maximum stands here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one check. Past a bound nothing is read; that it was reached is always reported.

    Sizes are in bytes, times in seconds. A reader raises `LimitExceeded` with the name of the field.
    """

    # The worker process that reads.
    worker_memory: int = 1 * GIB
    """Address space of a worker; more kills the read of that one file."""
    file_seconds: float = 60.0
    """Wall and CPU time for one file, and for one check of the whole repository."""
    worker_answer: int = 64 * MIB
    """What a worker may say of one file."""

    # A subject as a whole.
    files: int = 100_000
    """Files of one subject, those inside archives counted."""
    depth: int = 64
    """Folders below folders."""
    findings_per_check: int = 50
    """Findings of one check on one file; the rest are counted in one closing finding."""

    remote_bytes: int = 1 * GIB
    """What is fetched of one subject that is read before download."""
    remote_digest_bytes: int = 32 * MIB
    """A file whose digest its server does not state, and which is fetched whole for that reason alone."""

    # What a subject is made from, where it is asked to be followed.
    bases: int = 64
    """Models and datasets that are looked up for one subject."""
    base_depth: int = 16
    """Steps from a subject to what it is made from, and from there on."""

    # Indexes of known models, which may come from anybody.
    index_models: int = 2_000_000
    """Sets of weights in one index. One takes some 300 bytes of memory."""
    index_line_bytes: int = 256 * KIB
    """What an index says of one set of weights, its fingerprint aside."""
    index_print_bytes: int = 64 * MIB
    """The fingerprint of one set of weights, and its sketch of writers."""

    # Readers.
    json_bytes: int = 64 * MIB
    """A JSON file as a whole, and all signatures of a subject together."""
    json_depth: int = 100
    """Lists and objects inside each other."""
    text_bytes: int = 8 * MIB
    """Text that is read as a whole: code, templates, cards, licences."""
    tree_depth: int = 200
    """Nodes inside each other in the syntax tree of a template, values inside each other in data of R and Torch 7."""
    yaml_nodes: int = 200_000
    """Values of a YAML file, those behind aliases counted each time."""
    safetensors_header_bytes: int = 100_000_000
    """The format's own maximum (safetensors, MAX_HEADER_SIZE)."""
    header_entries: int = 500_000
    """Tensors, key-values or objects that the header of one file of weights lists."""
    gguf_header_bytes: int = 128 * MIB
    """Key-values and tensor infos, the vocabulary included."""
    hdf5_records: int = 2_000_000
    """Messages, links, tree records and heap objects of one HDF5 file that are looked at."""
    msgpack_values: int = 4_000_000
    """Values of one MessagePack file, the keys of its maps counted."""

    certificates: int = 20
    """Certificates that one signature brings along."""
    signatures: int = 16
    """Signatures of one subject that are held against its files."""
    signed_bytes: int = 1 * GIB
    """What a check reads again for a signature that lists other digests than those that every check makes."""

    # Archives and compressed streams.
    archive_members: int = 100_000
    """Entries of one archive."""
    archive_depth: int = 5
    """Archives inside each other; a compressed tar counts as two."""
    archive_tail_bytes: int = 16 * MIB
    """How far from the end of a zip its end record is looked for."""
    archive_list_bytes: int = 16 * MIB
    """The list of members of a 7z archive, unpacked."""
    inflated_bytes: int = 8 * GIB
    """What may come out of one compressed stream, counted from its start."""
    inflated_ratio: int = 250
    """How many times its stored size a stream may become, once past `inflated_freely`."""
    inflated_freely: int = 256 * MIB
    """What may come out of a stream whatever its ratio."""
    inflate_memory: int = 256 * MIB
    """What one decompressor may ask for (the dictionary of xz and lzma)."""
    npy_header_bytes: int = 64 * KIB
    """The literal at the head of a NumPy array; NumPy itself refuses more than 10,000 bytes unless told otherwise."""
    pickle_streams: int = 1_000
    """Pickles in a row in one file."""
    pickle_held_bytes: int = 512 * MIB
    """About what the symbolic pickle machine may hold for one pickle: its stack, its memo and the short texts in them."""

    # Graphs: ONNX, TensorFlow, TFLite, Core ML, Paddle, OpenVINO.
    protobuf_fields: int = 10_000_000
    """Fields of one protobuf or Thrift file that are looked at one by one."""
    graph_items: int = 200_000
    """Tensors, distinct operators, functions and the like that are kept of one graph."""
    graph_text_bytes: int = 64 * MIB
    """Names and other texts that are read of one graph."""
    graph_depth: int = 64
    """Graphs inside the nodes of graphs, models inside pipelines, XML elements inside elements."""
    graph_tensor_rank: int = 64
    """Dimensions of one tensor of a graph; NumPy knows no more."""

    # The comparison of weights.
    fingerprint_tensors: int = 20_000
    """Tensors of one model that its fingerprint holds; the others are left out, by name."""
    fingerprint_bytes: int = 32 * MIB
    """A stored fingerprint as a whole."""

    # A search through all bytes.
    byte_marks: int = 10_000
    """Places of one file that may begin a program, and stretches of text in it, that a search through all bytes notes."""

    # The numbers of tensors, which only who compares weights reads.
    tensor_held_bytes: int = 128 * MIB
    """What must be unpacked as a whole to have some numbers of a tensor: a chunk of HDF5, a compressed file in a zip."""
