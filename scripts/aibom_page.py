"""The page docs/aibom.md: what a bill of materials holds, and where; made from the list of fields and their places."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.output.bom import ROWS
from hilt.output.bom_properties import PROPERTIES
from hilt.output.cyclonedx_places import PLACES
from hilt.output.spdx_model import PLACES as SPDX_PLACES

ABOUT = """
# Bills of materials

`hilt check REF --output cyclonedx:aibom.cdx.json` writes a bill of materials of a model as CycloneDX 1.7, and
`--output spdx:aibom.spdx.json` as SPDX 3.0.1 (`pip install 'hilt[spdx]'`): for the auditor, the customer or the regulator who
asks what is in it. `--output card:MODEL_CARD.md` writes it for people, as a model card. They are filled from the same report as
every other output, beside as many of them as you like, and with `hilt judge report.json --output cyclonedx:FILE` from a report
that was stored.

Most of what such a document says of a model somebody merely claims. So everything in it says how it is known:

| grade | what it means |
|---|---|
| `verified` | computed from the bytes, or a signature that verifies; `the model has 8,030,261,248 parameters`, counted |
| `consistent` | two independent sources agree, as the hub and the publisher's card; the files of one folder are one source |
| `claimed` | somebody says so, and nobody looked whether it is true: a card, a config, a hub |
| `unknown` | nobody says so. The field is there all the same, and says that |

A `verified` field may hold bad news: `loading it runs code: true`. Nothing is invented, and no field is left silent.
"""

SHAPE = """
## The document in CycloneDX

- Each subject is a component of type `machine-learning-model` in `components`; its files are components inside it, with SHA-256
  and BLAKE3. Datasets and packages that are named stand beside it, models it is made from in its `pedigree`; all three are
  `isExternal`, since hilt did not look into them.
- Several subjects in one call are one document with as many models. With one subject `metadata.component` names it too.
- `licenses` hold what the files name, as `declared`, and what was recognised, as `concluded`. Licences that the list of SPDX in
  CycloneDX 1.7 does not have stand there by name.
- `compositions` say `complete` where everything was read and checked, and `incomplete` where something was not; each gap is a
  property.
- `citations` say who makes each claim that stands in a place of the format: the `bom-ref` of the file that says so, or that of
  hilt where it computed it or nobody's file says it. The `note` has grade and line.
- The same verdict is always the same document. The serial number is made of the digest of the subject, the time of the
  verdict, the policy and the version of hilt; the timestamp is the time of the verdict.
- Strings of a subject are quoted as in every output: what could not be seen, or could do something, is written as an escape.
  Lists end after 200 items, and say how many more there are; the JSON output has everything.

## The document in SPDX

- Each subject is an `ai_AIPackage` in an `software_Sbom` of its own; the package `contains` its files, each with SHA-256 and
  BLAKE3. Cards stand in `hasDocumentation` too, and signatures in `hasEvidence`.
- Models it is made from are packages that it is a `descendantOf`; the properties say how. Datasets are `dataset_DatasetPackage`s
  that it was `trainedOn`, packages are what it `dependsOn`. Nobody looked into any of them.
- Each licence is an element of its own, `LicenseRef-hilt-...` where the list of SPDX does not have it. That several are named
  says not whether all hold, or one may choose. `NoneLicense` means that the files name none, `NoAssertionLicense` that nobody
  knows.
- How everything is known stands in an `extension_CdxPropertiesExtension` of each element: SPDX's own extension for properties,
  with the same names as in CycloneDX (below). What shares a place with other fields, such as `ai_informationAboutTraining`, is
  in a property of its own as well.
- `profileConformance` names the AI profile only where all is known that it asks for: producer, version, day of release and a
  place to download from. The dataset profile asks when each dataset was built, and is never claimed.
- `ai_safetyRiskAssessment`, `ai_useSensitivePersonalInformation` and `ai_autonomyType` want a judgement in one word that no
  card gives; what the card says of it is in the properties.
- Elements are named `urn:uuid:...#model-1`; the UUID is made of the same as the serial number in CycloneDX.

## The model card

`--output card:MODEL_CARD.md` writes what is known in the form of a model card. Its front matter has the keys of the Hugging Face
Hub that can be filled: `license`, `base_model`, `base_model_relation`, `datasets`, `language`, `library_name`, `pipeline_tag`,
`model_name`, `version`, `authors` and `model-index`. Below it stand the sections that people look for, each statement with a
footnote that says how it is known and where from; a block of YAML with everything else that is known; and another one,
`nobody-has-stated`, with every field that is unknown.

- Words of the model stay words: strings of JSON in the front matter and the blocks, and escaped in the text, so that they make
  no heading, link, tag or front matter.
- hilt reads the same out of the card that it was written from: what stands in the front matter and, where it is a sentence, in
  the sections. What is in blocks it takes for no statement of the card. Licences that were recognised are told by their ids.
- A base stands in the front matter only with a relation that the hub knows and that is the same for all, since a base without
  one is taken for one that was finetuned. Results stand there where they come from a front matter, with task, dataset, metric
  and value; those of tables stand in the text.
- What your policy says of it, and your machine, are no part of the card. Several subjects are one page without front matter.

## What identifies a model

What a hub has is `pkg:huggingface/NAMESPACE/NAME@COMMIT`. Whatever has no namespace on a hub is
`pkg:generic/NAME?checksum=sha256:DIGEST`, which needs nobody's word: NAME is that of the folder or file, and never one of a
card. The digest of a single file is its SHA-256. That of a folder is the SHA-256 of a list of all regular files, sorted by
path, as JSON without blanks, ASCII only:

```python
rows = [[path, size, sha256], ...]
hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode("ascii")).hexdigest()
```

It is also the SHA-256 in the `hashes` of the component of a model with several files. Where a hub states a digest and nobody
has the bytes yet, all that rests on it is `claimed`.

A name is what somebody calls a thing. It is `consistent` only where the hub and the publisher's card agree, and the producer
is `verified` only by a signature of a signer whom your settings expect for that model.
"""

LIMITS = """
## What it does not tell

- Whether a claim is true, and what stands behind links.
- Digests of datasets, and advisories and recalls: the fields are there and `unknown`. So is who had the document made, until your
  settings say `organisation: Acme Ltd`. Whoever gets it believes that when you sign it, as you sign other files.
- Findings stand as properties of the files they were seen in, not as `vulnerabilities`: those are known by ids of their own.
  SARIF is the form for findings.
- Which hub: `hf:` is written as the public one, and so is what a mirror of it gave out.
- Results in tables of a card only where the table says that they are of this model, and tables in HTML not at all.
"""


def page() -> str:
    return "\n".join([ABOUT.strip(), "", *_fields(), SHAPE.rstrip(), "", *_properties(), LIMITS.rstrip()])


def _fields() -> Iterator[str]:
    yield from ("## What it holds", "")
    yield "The clusters are those of *Software Bill of Materials for AI: Minimum Elements* of the G7 (May 2026). Where no place in"
    yield "the format is named, the value is a property; what begins with `metadata` or `CreationInfo` is of the document, everything"
    yield "else of the component or package of the model, or a relation that begins at it."
    for cluster in dict.fromkeys(row.cluster for row in ROWS):
        yield from (
            "",
            f"### {cluster.value}",
            "",
            "| field | what it says | in CycloneDX | in SPDX |",
            "|---|---|---|---|",
        )
        for row in ROWS:
            if row.cluster is cluster:
                places = ", ".join(f"`{place.lstrip('/').replace('/', '.')}`" for place in PLACES.get(row.id, ()))
                of_spdx = f"`{SPDX_PLACES[row.id]}`" if row.id in SPDX_PLACES else ""
                yield f"| `{row.id}` | {row.title} | {places} | {of_spdx} |"
    yield ""


def _properties() -> Iterator[str]:
    yield from ("## Properties", "", "Every name begins with `hilt:`; `FIELD` is one of the fields above.", "")
    yield from ("| property | what it says |", "|---|---|")
    for name, meaning in PROPERTIES.items():
        yield f"| `hilt:{name}` | {meaning} |"
