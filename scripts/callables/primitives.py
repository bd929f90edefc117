"""Where roads end: callables that do something themselves, and which of their arguments somebody must steer for it.

`name@0` asks for the first argument, `name@0+1` for both, `name@-` for none; without a mark it is the first.
A name that ends in `.` stands for everything below it.
"""

from __future__ import annotations

from hilt.knowledge.callables.dangerous import (
    CODE,
    FILES,
    IMPORT,
    INSIDE,
    INTERPRETER,
    NATIVE,
    NETWORK,
    REACH,
    SHELL,
    UNPICKLE,
)

ROADS = {
    "SHELL": SHELL,
    "CODE": CODE,
    "UNPICKLE": UNPICKLE,
    "NATIVE": NATIVE,
    "IMPORT": IMPORT,
    "NETWORK": NETWORK,
    "FILES": FILES,
    "REACH": REACH,
    "INTERPRETER": INTERPRETER,
    "INSIDE": INSIDE,
}
"""Worst first."""

_TABLE = {
    "SHELL": """os.system@- os.popen@- os.execl@- os.execle@- os.execlp@- os.execlpe@- os.execv@- os.execve@- os.execvp@-
        os.execvpe@- os.spawnl@- os.spawnle@- os.spawnlp@- os.spawnlpe@- os.spawnv@- os.spawnve@- os.spawnvp@-
        os.spawnvpe@- os.posix_spawn@- os.posix_spawnp@- os.startfile@- os.fork@- os.forkpty@- os.kill@- os.killpg@-
        os.abort@- os._exit@- subprocess.Popen@- subprocess.run@- subprocess.call@- subprocess.check_call@-
        subprocess.check_output@- subprocess.getoutput@- subprocess.getstatusoutput@- _posixsubprocess.fork_exec@-
        pty.spawn@- pty.fork@- _winapi.CreateProcess@- _winapi.TerminateProcess@- pexpect.spawn@- sh.Command@-
        pexpect.pty_spawn.spawn@- invoke.run@- plumbum.local@- git.cmd.Git.execute@- commands.getoutput@-
        commands.getstatusoutput@- commands.getstatus@- popen2.popen2@- popen2.popen3@- popen2.popen4@- popen2.Popen3@-
        popen2.Popen4@- os.popen2@- os.popen3@- os.popen4@- paramiko.client.SSHClient.exec_command@-
        asyncio.subprocess.create_subprocess_exec@- asyncio.subprocess.create_subprocess_shell@-
        asyncio.base_events.BaseEventLoop.subprocess_exec@- asyncio.base_events.BaseEventLoop.subprocess_shell@-
        multiprocessing.process.BaseProcess.start@- multiprocessing.util.spawnv_passfds@- _bootsubprocess.Popen@-
        platform.popen@- torch.utils.cpp_extension.load@- torch.utils.cpp_extension.load_inline@- torch.distributed.run.run_script_path@- asyncio.unix_events._UnixSubprocessTransport@- multiprocessing.pool.Pool@- multiprocessing.context.BaseContext.Pool@-
        concurrent.futures.process.ProcessPoolExecutor@- mailcap.findmatch pipes.Template@-""",
    "CODE": """builtins.eval builtins.exec builtins.execfile builtins.compile builtins.breakpoint@- builtins.input@-
        types.CodeType@- types.FunctionType@- code.interact@- code.InteractiveInterpreter.runsource@1
        code.InteractiveInterpreter.runcode@1 _interpreters.run_string@- _interpreters.exec@- _interpreters.call@-
        _interpreters.run_func@- _xxsubinterpreters.run_string@- pdb.set_trace@- bdb.Bdb.set_trace@-
        code.compile_command codeop.compile_command codeop.Compile.__call__@1 codeop.CommandCompiler.__call__@1
        torch.compile pandas.eval sympy.core.cache.lazy_function torch._dynamo.guards.GuardBuilder.get@1
        torch.distributed.nn.api.remote_module.RemoteModule torch.distributed.nn.api.remote_module._RemoteModule typing.ForwardRef@0 dataclasses.make_dataclass profile.run profile.runctx cProfile.run cProfile.runctx cProfile.Profile.runctx@1
        pdb.run pdb.runctx pdb.runeval pdb.runcall pdb.post_mortem@- pdb.pm@- bdb.Bdb@- pdb.Pdb@- cProfile.Profile@- profile.Profile@-
        code.InteractiveInterpreter@- code.InteractiveConsole@- builtins.raw_input@- trace.Trace@- rlcompleter.Completer@-
        idlelib.pyshell.ModifiedInterpreter@- sys.call_tracing _testcapi.@- _testinternalcapi.@- tkinter.Tcl@- tkinter.Tk _tkinter.create@-
        runpy._run_code runpy.run_module runpy.run_path runpy._run_module_code numexpr.evaluate
        sympy.core.sympify.sympify sympy.parsing.sympy_parser.parse_expr jinja2.environment.Template
        jinja2.environment.Environment.from_string@1 dill._dill._create_function@- dill._dill._create_code@-
        cloudpickle.cloudpickle._make_function@- cloudpickle.cloudpickle._builtin_type""",
    "UNPICKLE": """pickle.Unpickler.load@- pickle._Unpickler.load@- pickle.load pickle.loads pickle.Unpickler pickle._Unpickler pickle._load pickle._loads cPickle.load
        cPickle.loads cPickle.Unpickler marshal.load marshal.loads shelve.open shelve.Shelf shelve.DbfilenameShelf
        dill.load dill.loads dill._dill.load dill._dill.loads dill._dill.Unpickler cloudpickle.load cloudpickle.loads
        joblib.numpy_pickle.load torch.serialization.load numpy.load pandas.read_pickle pandas.read_hdf pandas.io.pickle.read_pickle yaml.load yaml.load_all
        yaml.full_load@- yaml.full_load_all@- yaml.unsafe_load yaml.unsafe_load_all jsonpickle.decode
        jsonpickle.unpickler.decode torch._C._import_ir_module torch._C.import_ir_module@1
        torch._C.import_ir_module_from_buffer@1 torch.jit._serialization.load copyreg.add_extension@- copyreg.remove_extension@-
        copyreg.clear_extension_cache@- copyreg.pickle@- keras.src.saving.saving_api.load_model
        keras.src.legacy.saving.legacy_h5_format.load_model_from_hdf5""",
    "NATIVE": """ctypes.CDLL ctypes.PyDLL ctypes.WinDLL ctypes.OleDLL ctypes.LibraryLoader@- ctypes.CFUNCTYPE@-
        ctypes.PYFUNCTYPE@- ctypes.WINFUNCTYPE@- ctypes.cast@- ctypes.memmove@- ctypes.memset@- ctypes.string_at@-
        ctypes.wstring_at@- ctypes.pythonapi@- ctypes.cdll@- ctypes.pydll@- ctypes.windll@- ctypes.oledll@- _ctypes.@-
        ctypes.util.find_library numpy.ctypeslib.load_library@- _imp.create_dynamic@- _imp.exec_dynamic@- imp.load_dynamic@-
        cffi.api.FFI.dlopen cffi.api.FFI.verify _cffi_backend.@- torch._ops._Ops.load_library@1
        torch._classes._Classes.load_library@1 winreg.@- _winapi.@- msvcrt.@- _winreg.@- mmap.mmap@-
        sqlite3.connect sqlite3.Connection.load_extension@1""",
    "IMPORT": """hydra._internal.utils._locate torch.hub.load torch.hub.help torch.hub.list transformers.dynamic_module_utils.get_class_from_dynamic_module transformers.dynamic_module_utils.get_class_in_module hydra.utils.instantiate hydra.utils.get_class hydra.utils.get_method hydra.utils.call builtins.__import__ pickle.Unpickler.find_class@1 pickle._Unpickler.find_class@1 importlib.import_module importlib.__import__ importlib.reload@-
        importlib._bootstrap._gcd_import importlib._bootstrap.__import__ importlib.util.spec_from_file_location@-
        importlib.util.module_from_spec@- importlib._bootstrap_external.SourceFileLoader
        importlib._bootstrap_external.SourcelessFileLoader importlib._bootstrap_external.ExtensionFileLoader
        importlib._bootstrap_external._LoaderBasics.exec_module@1 importlib._bootstrap_external._LoaderBasics.load_module
        imp.load_source imp.load_module imp.load_compiled imp.load_package imp.find_module imp.reload@-
        zipimport.zipimporter pkgutil.resolve_name pkgutil.get_loader pkgutil.find_loader pkgutil.get_data
        pkgutil.walk_packages@- pkgutil.get_importer pydoc.locate pydoc.safeimport sys.modules@- sys.meta_path@-
        sys.path@- sys.path_hooks@- sys.path_importer_cache@- site.addsitedir site.addpackage@- builtins.reload@-
        importlib.find_loader importlib.util.find_spec logging.config.listen@- logging.config._resolve logging.config.dictConfig
        logging.config.fileConfig sysconfig._init_posix@-""",
    "NETWORK": """socket.socket@- socket.create_connection@- socket.create_server@- socket.socketpair@- socket.getaddrinfo
        socket.gethostbyname socket.gethostbyname_ex socket.gethostbyaddr socket.getnameinfo socket.fromfd@-
        socket.fromshare@- socket.connect@- _socket.socket@- _ssl.@- ssl.get_server_certificate@- http.client.HTTPConnection@-
        http.client.HTTPSConnection@- urllib.request.urlopen urllib.request.urlretrieve urllib.request.URLopener.open@1
        urllib.request.FancyURLopener@- urllib.request.URLopener@- urllib.urlopen urllib2.urlopen@-
        requests.sessions.Session@- requests.api.request@- requests.api.get@- httpx._client.Client@- httpx._client.AsyncClient@-
        aiohttp.client.ClientSession@- urllib3.connectionpool.HTTPConnectionPool@- urllib3.poolmanager.PoolManager@-
        asyncio.base_events.BaseEventLoop.create_connection@- asyncio.base_events.BaseEventLoop.create_server@-
        asyncio.streams.open_connection@- asyncio.streams.start_server@- smtplib.SMTP@- ftplib.FTP@- poplib.POP3@-
        imaplib.IMAP4@- nntplib.NNTP@- telnetlib.Telnet@- xmlrpc.client.ServerProxy@- webbrowser.open webbrowser.get
        webbrowser.open_new webbrowser.open_new_tab multiprocessing.connection.Client@-
        multiprocessing.connection.Listener@- socketserver.TCPServer@- socketserver.UDPServer@- asyncio.events.new_event_loop@-
        asyncio.events.get_event_loop@- asyncio.get_event_loop@- transformers.models.auto.auto_factory._BaseAutoModelClass.from_pretrained transformers.modeling_utils.PreTrainedModel.from_pretrained@1 pandas.read_csv pandas.read_table pandas.read_excel pandas.read_json pandas.read_html pandas.read_xml pandas.read_parquet
        pandas.read_fwf pandas.read_sql pandas.read_orc pandas.read_feather pandas.read_stata pandas.read_sas pandas.read_spss pandas.read_gbq
        torch.distributed.rpc.api.remote@- torch.distributed.rpc.api.rpc_sync@- torch.distributed.rpc.api.rpc_async@- huggingface_hub.file_download.hf_hub_download
        huggingface_hub._snapshot_download.snapshot_download""",
    "FILES": """io.open io.FileIO io.open_code _pyio.open _pyio.FileIO codecs.open builtins.file os.open os.remove os.unlink os.rmdir
        os.removedirs os.rename os.renames os.replace os.mkdir os.makedirs os.link os.symlink os.truncate os.ftruncate
        os.chmod os.chown os.lchown os.fchmod os.fchown os.chdir os.fchdir os.chroot os.mkfifo os.mknod os.write@1
        os.read@0 os.pread os.pwrite os.sendfile@- os.copy_file_range@- os.listdir os.scandir os.walk os.fwalk os.readlink os.utime
        os.setxattr os.removexattr os.dup2@- os.putenv os.unsetenv os.environ@- os.environb@- os.closerange@- os.lchmod os.lchflags os.chflags
        shutil.rmtree shutil.copy shutil.copy2 shutil.copyfile shutil.copytree shutil.move shutil.chown shutil.make_archive
        shutil.unpack_archive shutil.copymode shutil.copystat pathlib.Path.open pathlib.Path.write_text
        pathlib.Path.write_bytes pathlib.Path.read_text pathlib.Path.read_bytes pathlib.Path.unlink pathlib.Path.rmdir
        pathlib.Path.mkdir pathlib.Path.rename pathlib.Path.replace pathlib.Path.touch pathlib.Path.chmod
        pathlib.Path.symlink_to pathlib.Path.hardlink_to zipfile.ZipFile tarfile.TarFile tarfile.open gzip.open gzip.GzipFile
        bz2.open bz2.BZ2File lzma.open lzma.LZMAFile tempfile.mkstemp@- tempfile.mkdtemp@- tempfile.mktemp@-
        tempfile.NamedTemporaryFile@- tempfile.TemporaryDirectory@- tempfile.TemporaryFile@- tempfile.SpooledTemporaryFile@-
        dbm.open _gdbm.open _dbm.open linecache.getline linecache.getlines linecache.updatecache glob.glob glob.iglob glob.glob0 glob.glob1
        filecmp.cmp filecmp.dircmp numpy.fromfile numpy.memmap numpy.savez numpy.save numpy.savetxt numpy.loadtxt
        numpy.genfromtxt numpy.ndarray.tofile h5py._hl.files.File argparse.FileType.__call__@1 xml.etree.ElementTree.parse
        torch._C.PyTorchFileReader torch._C.PyTorchFileWriter torch._C._storage.from_file
        tracemalloc.Snapshot.dump@1 xml.sax.parse _posixshmem.shm_open@- _posixshmem.shm_unlink@- _io.FileIO numpy.lib._datasource.DataSource.open@1 logging.FileHandler""",
    "REACH": """builtins.getattr@0+1 builtins.setattr@0+1 builtins.delattr@0+1 builtins.map builtins.filter builtins.type@2 builtins.vars
        builtins.globals@- builtins.locals@- builtins.dir@- builtins.super@- builtins.property@-
        builtins.classmethod@- builtins.staticmethod@- builtins.__build_class__@- builtins.__dict__@-
        operator.attrgetter operator.methodcaller operator.itemgetter operator.call operator.setitem operator.delitem
        functools.partial functools.partialmethod functools.reduce functools.singledispatch functools.update_wrapper
        functools.wraps functools.cached_property functools.lru_cache functools.cmp_to_key itertools.starmap
        itertools.accumulate@1 itertools.groupby@1 itertools.dropwhile itertools.takewhile itertools.filterfalse
        contextlib._BaseExitStack.callback@1 contextlib._BaseExitStack.push@1 contextlib._BaseExitStack.enter_context@1 builtins.apply
        sched.scheduler.enter@3 sched.scheduler.enterabs@3 types.MethodType@0 types.ModuleType@- types.DynamicClassAttribute@- weakref.finalize@1 _thread.start_new_thread
        _thread.start_new threading.Timer@1 threading.Thread.start@0 concurrent.futures.thread.ThreadPoolExecutor.submit@1
        concurrent.futures._base.Executor.submit@1 joblib.parallel.Parallel@- joblib.parallel.delayed string.Formatter.get_field@1+2
        unittest.mock._importer unittest.mock.patch@0
        collections.abc.Callable@- torch.utils.data.dataloader.DataLoader numpy.vectorize numpy.frompyfunc numpy.apply_along_axis numpy.fromfunction numpy.piecewise@2""",
    "INTERPRETER": """sys.exit@- sys.settrace sys.setprofile sys.setrecursionlimit@- sys.addaudithook sys._getframe@-
        sys.setswitchinterval@- sys.set_asyncgen_hooks@- sys.breakpointhook@- sys.excepthook@- sys.displayhook@- sys.unraisablehook@-
        sys._current_frames@- sys._current_exceptions@- sys.set_int_max_str_digits@- sys.setdlopenflags@- sys.stdout@-
        sys.stdin@- sys.stderr@- sys.__stdout__@- sys.remote_exec@- builtins.exit@- builtins.quit@- builtins.help@-
        atexit.register atexit._run_exitfuncs@- atexit.unregister@- atexit._clear@- faulthandler.@- gc.get_objects@- gc.get_referrers@- gc.get_referents@-
        gc.disable@- gc.freeze@- gc.callbacks@- gc.enable@- gc.collect@- gc.set_threshold@- signal.signal@- signal.alarm@- signal.raise_signal@- signal.setitimer@-
        signal.pthread_kill@- signal.pidfd_send_signal@- signal.default_int_handler@- signal.set_wakeup_fd@- signal.pause@- signal.sigwait@- signal.siginterrupt@-
        signal.pthread_sigmask@- resource.setrlimit@- resource.prlimit@-
        threading.settrace threading.setprofile threading.excepthook@- tracemalloc.start@- tracemalloc.stop@- syslog.@- select.@-
        time.sleep@- ast.literal_eval@- os.setuid@- os.setgid@- os.nice@- os.umask@- os.wait@- os.waitpid@-""",
    "INSIDE": "gc.get_objects@- inspect.currentframe@- inspect.stack@- inspect.getframeinfo@-",
}


def primitives() -> dict[str, tuple[str, tuple[int, ...] | None]]:
    """Full name -> road and the positions that must be steered; None where none must."""
    found: dict[str, tuple[str, tuple[int, ...] | None]] = {}
    for road, text in _TABLE.items():
        for word in text.split():
            name, _, need = word.partition("@")
            positions = None if need == "-" else tuple(int(part) for part in (need or "0").split("+"))
            found.setdefault(name, (road, positions))
    return found


PUBLIC = {
    "posix": "os", "nt": "os", "_io": "io", "_operator": "operator", "_functools": "functools", "_collections": "collections",
    "_collections_abc": "collections.abc", "_socket": "socket", "_pickle": "pickle", "_signal": "signal", "_sqlite3": "sqlite3",
    "_datetime": "datetime", "_pydatetime": "datetime", "_decimal": "decimal", "_pydecimal": "decimal", "_struct": "struct", "_bz2": "bz2",
    "_lzma": "lzma", "_codecs": "codecs", "_elementtree": "xml.etree.ElementTree", "_asyncio": "asyncio.events", "_csv": "csv",
    "_ctypes": "ctypes", "_json": "json", "_random": "random", "_queue": "queue", "_uuid": "uuid", "_weakref": "weakref", "_typing": "typing",
    "_tracemalloc": "tracemalloc", "_warnings": "warnings", "_frozen_importlib": "importlib._bootstrap",
    "_frozen_importlib_external": "importlib._bootstrap_external", "pathlib._local": "pathlib", "_pathlib": "pathlib",
    "_dbm": "dbm.ndbm", "_gdbm": "dbm.gnu", "_contextvars": "contextvars", "_heapq": "heapq", "_bisect": "bisect", "_statistics": "statistics",
}  # fmt: skip
"""Private modules, and the documented ones that show the same objects."""

BARRIERS = """warnings logging typing inspect functools dataclasses enum abc copy re sre_parse sre_compile json traceback contextlib collections
    weakref argparse gettext locale string textwrap tokenize linecache codecs encodings pprint reprlib unittest sysconfig
    platform importlib pkgutil threading random copyreg operator types numbers decimal fractions datetime statistics
    optparse ast dis posixpath ntpath genericpath os shutil tempfile heapq queue sched socketserver
    concurrent multiprocessing selectors ssl csv configparser hashlib hmac secrets base64 struct io _pyio
    typing_extensions tqdm absl""".split()
"""Modules that everybody uses: what their functions do inside is told of them, not of all their callers."""

ALONE = frozenset(
    """builtins.compile ast.parse codeop.compile_command codeop.Compile.__call__ codeop.CommandCompiler.__call__ code.compile_command
    tkinter.Tk ast.literal_eval builtins.type os.environ builtins.super""".split()
)
"""Those that much code uses without running anything: what calls them is not told of."""
