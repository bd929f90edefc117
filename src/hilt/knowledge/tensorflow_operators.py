"""What TensorFlow operators reach outside the graph: files, Python, the network, native code."""

from __future__ import annotations

_FILES = """
ReadFile WriteFile MatchingFiles MatchingFilesDataset ExperimentalMatchingFilesDataset DatasetToTFRecord
ExperimentalDatasetToTFRecord
"""
_PYTHON = """
PyFunc PyFuncStateless EagerPyFunc GeneratorDataset
"""
_NETWORK = """
RpcClient RpcCall RpcServer RpcServerStart RpcServerRegister RpcCheckStatus RpcGetValue BigQueryReader
"""
_READERS = """
TextLineDataset TextLineReader TextLineReaderV2 TFRecordDataset TFRecordDatasetV2 TFRecordReader TFRecordReaderV2
FixedLengthRecordDataset FixedLengthRecordDatasetV2 FixedLengthRecordReader FixedLengthRecordReaderV2 WholeFileReader
WholeFileReaderV2 LMDBReader LMDBDataset SqlDataset CSVDataset CSVDatasetV2 LoadDataset LoadAndRemapMatrix
GenerateVocabRemapping ImportEvent SaveDataset SaveDatasetV2 DistributedSave SnapshotDataset SnapshotDatasetV2
SnapshotDatasetReader CacheDataset CacheDatasetV2 RegisterDataset RegisterDatasetV2 DataServiceDataset
DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4 CreateSummaryFileWriter CreateSummaryDbWriter
ExperimentalCSVDataset ExperimentalLMDBDataset ExperimentalSqlDataset RecordInput ListSnapshotChunksDataset
SnapshotChunkDataset SnapshotNestedDatasetReader
"""
_GRAPHS = """
DatasetFromGraph
"""
_SETTINGS = """
FileSystemSetConfiguration ConfigureDistributedTPU ConfigureAndInitializeGlobalTPU
"""
_NATIVE = """
XlaCustomCall XlaCustomCallV2 TRTEngineOp RemoteFusedGraphExecute
"""

REACHES = {
    **dict.fromkeys(_FILES.split(), "reads, writes or lists files by a path that the graph computes"),
    **dict.fromkeys(_PYTHON.split(), "calls a Python function of the process it runs in"),
    **dict.fromkeys(_NETWORK.split(), "talks to a server that the graph names"),
}
"""Operators that no graph made for inference needs, and what each does."""

MAY_REACH = {
    **dict.fromkeys(_READERS.split(), "reads or writes data files by a path that the graph holds"),
    **dict.fromkeys(_GRAPHS.split(), "runs another graph, which this one holds as bytes that hilt does not look into"),
    **dict.fromkeys(_SETTINGS.split(), "changes settings of the whole process"),
    **dict.fromkeys(_NATIVE.split(), "runs native code, or a program compiled for one device"),
}
"""Operators of training and of special devices, which a person should look at."""

DESCRIBED = frozenset({"DecodeProtoV2", "EncodeProto"})
"""Operators that read the description of their messages from a file, unless they say `local://` or `bytes://`."""

SAVERS = frozenset(
    """Save SaveSlices SaveV2 Restore RestoreSlice RestoreV2 DTensorRestoreV2 MergeV2Checkpoints ShardedFilename
    ShardedFilespec""".split()
)
"""Operators that write and read checkpoints; every honest SavedModel holds them, in its saver."""

TABLES = frozenset({"InitializeTableFromTextFile", "InitializeTableFromTextFileV2"})
"""Operators that read a vocabulary, which an honest SavedModel brings as an asset file."""


def belongs_to_saver(function: str, node: str) -> bool:
    """Is a saving or restoring node where TensorFlow's own saver puts it?"""
    if function:
        return "traced_save" in function or "traced_restore" in function
    return node.partition("/")[0].startswith("save")
