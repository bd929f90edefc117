// Loads from a hub with the clients in JavaScript, and says what came or what its user reads.
// node load.mjs CLIENT ORIGIN TOKEN FOLDER
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [client, origin, token, folder] = process.argv.slice(2);
const digest = (data) => createHash("sha256").update(data).digest("hex");

async function withHub() {
  const { downloadFile, fileExists, listFiles, modelInfo, snapshotDownload } = await import("@huggingface/hub");
  const told = { repo: "org/name", hubUrl: origin, ...(token ? { accessToken: token } : {}) };
  const info = await modelInfo({ name: "org/name", hubUrl: origin, ...(token ? { accessToken: token } : {}), additionalFields: ["sha"] });
  const files = {};
  for await (const file of listFiles({ ...told, recursive: true })) {
    const blob = await downloadFile({ ...told, path: file.path });
    files[file.path] = digest(Buffer.from(await blob.arrayBuffer()));
  }
  const snapshot = await snapshotDownload({ ...told, cacheDir: folder });
  const there = readdirSync(snapshot, { recursive: true, withFileTypes: true }).filter((one) => !one.isDirectory());
  const stored = Object.fromEntries(there.map((one) => [one.name, digest(readFileSync(join(one.parentPath ?? one.path, one.name)))]));
  return { sha: info.sha, files, stored, exists: [await fileExists({ ...told, path: "README.md" }), await fileExists({ ...told, path: "none" })] };
}

async function withSnapshot() {
  const { snapshotDownload } = await import("@huggingface/hub");
  return { folder: await snapshotDownload({ repo: "org/name", hubUrl: origin, accessToken: token, cacheDir: folder }) };
}

async function withTransformers() {
  const { AutoConfig, AutoTokenizer, env } = await import("@huggingface/transformers");
  env.remoteHost = origin;
  env.cacheDir = folder;
  const config = await AutoConfig.from_pretrained("org/name");
  const tokenizer = await AutoTokenizer.from_pretrained("org/name");
  return { hidden: config.hidden_size, ids: Array.from(tokenizer.encode("hello world"), Number) };
}

try {
  console.log(JSON.stringify(await { hub: withHub, snapshot: withSnapshot, transformers: withTransformers }[client]()));
} catch (error) {
  console.log(JSON.stringify({ error: `${error.name}: ${error.message}` }));
}
