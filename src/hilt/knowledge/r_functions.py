"""Functions of R that reach out of it, that call others by name, and that R calls by itself."""

from __future__ import annotations

import re

PROGRAMS = frozenset(
    "system system2 shell shell.exec pipe mcparallel parallel::mcparallel processx::run sys::exec_wait".split()
)
NETWORK = frozenset(
    "socketConnection socketAccept serverSocket make.socket url download.file url.show curl::curl browseURL"
    " httr::GET httr::POST RCurl::getURL install.packages remotes::install_github nsl".split()
)
LIBRARIES = frozenset("dyn.load library.dynam inline::cfunction Rcpp::sourceCpp Rcpp::cppFunction".split())
FILES = frozenset(
    "source sys.source unlink file.remove file.rename file.copy file.append Sys.chmod Sys.setenv save.image saveRDS sink"
    " writeLines writeBin file.create dir.create .Internal reticulate::py_run_string reticulate::py_run_file".split()
)
ROADS = PROGRAMS | NETWORK | LIBRARIES | FILES
"""Known roads to programs, the network, native code and files; a name without a package means base R's."""

CALLERS = frozenset(
    "do.call match.fun get get0 mget getExportedValue getFromNamespace lapply sapply vapply mapply Map Reduce Filter Recall"
    " apply tapply outer rapply eval evalq Vectorize forceAndCall getAnywhere as.name as.symbol as.call call".split()
)
"""Functions that are given another function, or its name, and call it or hand it over."""

LOOKUPS = frozenset("do.call match.fun get get0 mget getExportedValue getFromNamespace getAnywhere".split())
"""Those of them that find a function by its name."""

SYMBOLS = frozenset("as.name as.symbol call as.call str2lang".split())
"""Those of them that make a name or a call, as formulas are put together too."""

NATIVE = frozenset(
    ".C .Call .Call.graphics .External .External2 .External.graphics .Fortran .Primitive getNativeSymbolInfo"
    " getDLLRegisteredRoutines".split()
)
"""Functions that call native code, or hand it out."""

REGISTERED = re.compile(r"C_\w+")
"""How packages of R call the native functions that they register, as in the families of `glm`."""

LATER = frozenset(
    "reg.finalizer delayedAssign makeActiveBinding setHook trace addTaskCallback globalCallingHandlers registerS3method"
    " registerS3methods assignInNamespace assignInMyNamespace fixInNamespace unlockBinding setGeneric setMethod".split()
)
"""Functions that have code called later, or that put it in the place of other code."""

GLOBAL = frozenset(".GlobalEnv globalenv baseenv .BaseNamespaceEnv topenv asNamespace getNamespace".split())
"""Environments that are everybody's: what is assigned in one, others call."""

LANGUAGES = frozenset(
    "reticulate::import reticulate::py_eval reticulate::source_python reticulate::py_call rJava::.jcall rJava::.jnew"
    " rJava::.jinit V8::v8 JuliaCall::julia_eval".split()
)
"""Functions that run code of another language."""

TEXT_TO_CODE = frozenset("parse str2lang str2expression unserialize readRDS load as.function".split())
"""Functions that turn a text or a file into code or values that were not there before."""

MADE_UP = frozenset(
    "paste paste0 sprintf rawToChar intToUtf8 chartr rev strsplit sub gsub substr substring toupper tolower casefold"
    " regmatches strtoi trimws file.path readLines readline Sys.getenv base64enc::base64decode jsonlite::base64_dec".split()
)
"""Functions that make a text; a name that is made so can be any."""

HOOKS = frozenset((".First", ".Last", ".First.sys", ".Last.sys", ".onLoad", ".onAttach"))
"""Functions that R calls at its start and its end when they are in the workspace."""

MASKED = frozenset(
    "print library require c list cat paste paste0 length names summary predict load readRDS save saveRDS source eval get"
    " assign ls rm q quit invisible mean sum data.frame head str lapply sapply function if for while ( { <- = + - * / [ [[ $"
    " exists is.null stop warning return on.exit suppressWarnings tryCatch format plot set.seed read.csv attach".split()
)
"""Names of base R that nearly every session calls: a function of the workspace stands before them."""


def plain(name: str) -> str:
    """The name without a package that comes with R, which stands for the same function."""
    package, separator, rest = name.rpartition("::")
    return rest if separator and package in ("base", "utils", "stats", "methods") else name
