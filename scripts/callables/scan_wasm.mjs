// Scans the standard library of the CPython that Pyodide is: node scan_wasm.mjs FOLDER-OF-PYODIDE OUT
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [folder, out] = process.argv.slice(2).map((path) => resolve(path));
const here = dirname(fileURLToPath(import.meta.url));
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: folder, stdout: () => {}, stderr: () => {} });
for (const name of ["scan.py", "source.py"]) {
  python.FS.writeFile(`/tmp/${name}`, readFileSync(`${here}/${name}`));
}
python.runPython(`
import json, runpy, sys, zipfile
zipfile.ZipFile(next(path for path in sys.path if path.endswith(".zip"))).extractall("/tmp/standard")
with open("/tmp/plan.json", "w") as stream:
    json.dump({"paths": ["/tmp/standard"], "roots": [], "builtins": True, "skip": []}, stream)
sys.argv = ["scan.py", "/tmp/plan.json", "/tmp/out.jsonl"]
runpy.run_path("/tmp/scan.py", run_name="__main__")
`);
writeFileSync(out, python.FS.readFile("/tmp/out.jsonl"));
