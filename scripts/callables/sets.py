"""What is indexed: the standard library of each Python, and sets of libraries that are installed together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """`packages` is what pip installs; without any, it is the standard library that is indexed.

    `only` are the top-level modules to index of what is installed, where not all.
    """

    name: str
    python: str
    packages: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()
    environment: str = ""
    """The set whose environment this one shares, and whose modules stand beside its own."""
    imports: bool = True
    """Are its modules imported, or only read?"""

    @property
    def standard(self) -> bool:
        return not self.packages and not self.environment


_LEARNING = """torch==2.13.0 torchvision==0.28.0 torchmetrics==1.9.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    joblib==1.6.0 pandas==3.1.1 transformers==5.23.0 accelerate==1.15.0 lightning==2.6.6 pytorch-lightning==2.6.6
    xgboost-cpu==3.2.0 lightgbm==4.7.0 catboost==1.2.10 keras==3.15.1 huggingface_hub==2.4.0 tokenizers sympy==1.14.0
    networkx h5py==3.16.0 pillow matplotlib requests pyyaml setuptools pip cloudpickle==3.1.2 fsspec timm==1.0.31
    sentence-transformers==6.2.0 peft==0.21.2 ultralytics==8.4.190 skops==0.16.0 imbalanced-learn==0.14.2
    category_encoders==2.11.2 mlxtend==0.25.0 hmmlearn==0.3.3"""
_ARRAYS = frozenset("numpy scipy sklearn joblib pandas xgboost lightgbm catboost cloudpickle threadpoolctl".split())
_MODELS = frozenset(
    """torchvision torchmetrics transformers accelerate lightning pytorch_lightning lightning_fabric lightning_utilities keras
    huggingface_hub tokenizers safetensors sympy networkx h5py PIL matplotlib requests urllib3 httpx yaml setuptools pip
    pkg_resources fsspec timm sentence_transformers peft ultralytics skops imblearn category_encoders mlxtend hmmlearn
    dateutil pytz tqdm jinja2 psutil filelock packaging six certifi idna tzdata mpmath aiohttp functorch
    typing_extensions dotenv cycler kiwisolver pyparsing regex sentencepiece""".split()
)
_FURTHER = """gensim==4.4.0 statsmodels==0.15.0 nltk==3.10.4 dill==0.4.1 omegaconf==1.4.1 hydra-core==0.11.3 ipython==9.18.1
    dask==2026.8.0 pyarrow==26.0.1 opencv-python-headless==5.0.0.93 mlflow-skinny==3.17.2 jsonpickle==4.1.4
    paramiko==5.1.0 pexpect==4.9.0 sh==2.4.0 invoke==2.2.1 fabric==3.2.3 plumbum==2.0.2 GitPython==3.2.1 httpx==0.28.1
    flask==3.1.3 werkzeug==3.1.9 django==5.2.19 numba==0.68.1 llvmlite==0.50.0 numexpr==2.14.2 tables==3.11.1
    cffi==2.1.1 ipykernel==7.4.0 jax==0.10.2 flax==0.12.8 spacy==3.8.18"""
_FURTHER_ONLY = frozenset(
    """gensim smart_open statsmodels patsy nltk dill omegaconf hydra IPython dask pyarrow cv2 mlflow jsonpickle paramiko
    pexpect ptyprocess sh invoke fabric plumbum git httpx httpcore flask werkzeug numba llvmlite numexpr tables cffi
    ipykernel jax flax spacy thinc srsly catalogue confection click distributed toolz cloudpickle pydantic anyio
    zmq traitlets""".split()
)
_OLD = frozenset("numpy scipy sklearn pandas joblib xgboost lightgbm dill cloudpickle".split())

SETS = (
    Set(name="python3.14", python="pyodide-314.0.7"),
    Set(name="python3.13", python="3.13.0"),
    Set(name="python3.12", python="3.12.1"),
    Set(name="python3.11", python="3.11.7"),
    Set(name="python3.10", python="3.10.13"),
    Set(name="python3.9", python="3.9.18"),
    Set(name="python3.8", python="3.8.18"),
    Set(name="arrays", python="3.11.7", packages=tuple(_LEARNING.split()), only=_ARRAYS),
    Set(name="torch", python="3.11.7", environment="arrays", only=frozenset({"torch", "torchgen"})),
    Set(name="models", python="3.11.7", environment="torch", only=_MODELS, imports=False),
    Set(name="further", python="3.11.7", packages=tuple(_FURTHER.split()), only=_FURTHER_ONLY, imports=False),
    Set(
        name="scikit-learn-1-5",
        python="3.12.1",
        packages=("scikit-learn==1.5.2", "numpy==2.0.2", "scipy==1.14.1", "pandas==2.2.3", "joblib==1.4.2"),
        only=_OLD,
    ),
    Set(
        name="scikit-learn-1-3",
        python="3.9.18",
        packages=(
            *("scikit-learn==1.3.2", "numpy==1.26.4", "scipy==1.11.4", "pandas==2.0.3", "joblib==1.3.2"),
            *("xgboost==1.7.6", "lightgbm==3.3.5", "dill==0.4.1", "cloudpickle==3.1.2"),
        ),
        only=_OLD,
    ),
    Set(
        name="scikit-learn-1-0",
        python="3.9.18",
        packages=("scikit-learn==1.0.2", "numpy==1.21.6", "scipy==1.7.3", "pandas==1.3.5", "joblib==1.1.1"),
        only=_OLD,
    ),
    Set(
        name="scikit-learn-0-24",
        python="3.8.18",
        packages=("scikit-learn==0.24.2", "numpy==1.19.5", "scipy==1.5.4", "pandas==1.1.5", "joblib==1.0.1"),
        only=_OLD,
    ),
    Set(
        name="scikit-learn-0-21",
        python="3.7.16",
        packages=("scikit-learn==0.21.3", "numpy==1.17.5", "scipy==1.3.3", "pandas==0.25.3", "joblib==0.13.2"),
        only=_OLD,
    ),
)
"""Newest first: of two that say the same, the first stands."""

THIN = frozenset(
    """transformers.models torch._inductor torch.testing sympy mlflow numba jax matplotlib dask networkx pip setuptools pkg_resources flask werkzeug git plumbum fabric paramiko
    IPython ipykernel cffi llvmlite tables numexpr zmq pydantic distributed anyio aiohttp httpx httpcore regex jinja2
    fsspec mpmath pyparsing nltk_contrib traitlets onnx flax pyarrow h5py torchgen ultralytics""".split()
)
"""Packages, and parts of them, of which only what has a road, modules and classes are of use."""
