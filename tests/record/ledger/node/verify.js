// Verifies bundles as anybody would who has Sigstore's packages, the trusted root of the log and the key of the signer.
// In: [{bundle, root, hint, key}]; out: for each, "" where it is accepted, else the code and the words of the error.
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

function refusal({ bundle, root, hint, key }) {
  try {
    const keys = { [hint]: { rawBytes: Buffer.from(key, "base64") } };
    const trusted = toTrustMaterial(TrustedRoot.fromJSON(root), keys);
    // The log signs no time, so none is asked for.
    new Verifier(trusted, { timestampThreshold: 0 }).verify(toSignedEntity(bundleFromJSON(bundle)));
    return "";
  } catch (error) {
    return `${error.code ?? error.name}: ${error.message}`;
  }
}

const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(refusal)));
