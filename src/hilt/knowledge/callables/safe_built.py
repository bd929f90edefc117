"""Classes whose objects are safe to make as pickles do, empty and then filled, but not to call: see `safe`."""

from __future__ import annotations

_BUILT = {
    "xgboost.core": "Booster",
    "xgboost.sklearn": """XGBClassifier XGBRegressor XGBRanker XGBRFClassifier XGBRFRegressor XGBModel""",
    "xgboost.compat": "XGBoostLabelEncoder",
    "lightgbm.basic": "Booster",
    "lightgbm.sklearn": "LGBMClassifier LGBMRegressor LGBMRanker LGBMModel _LGBMLabelEncoder",
    "catboost.core": "CatBoost CatBoostClassifier CatBoostRegressor CatBoostRanker",
    "transformers.training_args": "TrainingArguments",
    "transformers.training_args_seq2seq": "Seq2SeqTrainingArguments",
    "transformers.trainer_pt_utils": "AcceleratorConfig",
    "transformers.configuration_utils": "PretrainedConfig PreTrainedConfig",
    "transformers.generation.configuration_utils": "GenerationConfig",
    "accelerate.state": "PartialState",
    "accelerate.utils.dataclasses": "DeepSpeedPlugin",
    "omegaconf.listconfig": "ListConfig",
    "omegaconf.dictconfig": "DictConfig",
    "omegaconf.base": "ContainerMetadata Metadata",
    "omegaconf.nodes": "AnyNode StringNode IntegerNode FloatNode BooleanNode",
    "pyannote.audio.core.task": "Specifications",
    "pyannote.audio.core.model": "Introspection",
    # Saved whole; called, they evaluate the configuration that they are given.
    "ultralytics.nn.tasks": """DetectionModel SegmentationModel PoseModel OBBModel ClassificationModel WorldModel
        RTDETRDetectionModel YOLOEModel YOLOESegModel""",
    "madmom.ml.nn": "NeuralNetwork NeuralNetworkEnsemble",
    "madmom.ml.gmm": "GMM",
    "joblib.numpy_pickle": "NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper",
    "joblib.numpy_pickle_compat": "NDArrayWrapper ZNDArrayWrapper",
    # Not a family: its corpora and wrappers open files and start programs when somebody goes over them.
    "gensim.corpora.dictionary": "Dictionary",
    "gensim.models.callbacks": "PerplexityMetric CoherenceMetric DiffMetric ConvergenceMetric",
    "gensim.models.doc2vec": "Doc2Vec Doctag Doc2VecTrainables Doc2VecVocab DocvecsArray TaggedDocument",
    "gensim.models.ensemblelda": "EnsembleLda CBDBSCAN Topic Cluster",
    "gensim.models.fasttext": "FastText FastTextKeyedVectors FastTextTrainables FastTextVocab",
    "gensim.models.hdpmodel": "HdpModel HdpTopicFormatter SuffStats",
    "gensim.models.keyedvectors": """KeyedVectors Word2VecKeyedVectors FastTextKeyedVectors Doc2VecKeyedVectors
        BaseKeyedVectors WordEmbeddingsKeyedVectors EuclideanKeyedVectors CompatVocab Vocab""",
    "gensim.models.ldamodel": "LdaModel LdaState",
    "gensim.models.ldamulticore": "LdaMulticore",
    "gensim.models.ldaseqmodel": "LdaSeqModel LdaPost sslm",
    "gensim.models.logentropy_model": "LogEntropyModel",
    "gensim.models.lsimodel": "LsiModel Projection",
    "gensim.models.nmf": "Nmf",
    "gensim.models.normmodel": "NormModel",
    "gensim.models.phrases": "Phrases Phraser FrozenPhrases",
    "gensim.models.poincare": "PoincareModel PoincareKeyedVectors",
    "gensim.models.rpmodel": "RpModel",
    "gensim.models.tfidfmodel": "TfidfModel",
    "gensim.models.translation_matrix": "TranslationMatrix BackMappingTranslationMatrix Space",
    "gensim.models.word2vec": "Word2Vec Vocab Word2VecTrainables Word2VecVocab Heapitem",
    # Optimisers, schedulers, hooks and wrappers of PyTorch, whose state is numbers, modules and functions by name.
    "torch.optim": """Adafactor Muon""",
    "torch.distributed.checkpoint.metadata": """Metadata MetadataIndex TensorStorageMetadata BytesStorageMetadata
        ChunkStorageMetadata TensorProperties StorageMeta""",
    "torch.distributed.checkpoint.filesystem": "_StorageInfo",
    "torch.amp.grad_scaler": "GradScaler",
    "torch.cuda.amp.grad_scaler": "GradScaler",
    "torch.optim.swa_utils": "AveragedModel SWALR",
    "torch.nn.parallel.data_parallel": "DataParallel",
    "torch.utils.hooks": "RemovableHandle",
    "torch.nn.utils.weight_norm": "WeightNorm",
    "torch.nn.utils.spectral_norm": "SpectralNorm SpectralNormStateDictHook SpectralNormLoadStateDictPreHook",
    "torch.nn.utils.prune": """Identity RandomUnstructured L1Unstructured RandomStructured LnStructured CustomFromMask
        PruningContainer""",
    "torch.nn.utils.rnn": "PackedSequence PackedSequence_",
    "torch.utils.data.dataset": "TensorDataset ConcatDataset Subset StackDataset",
    "scipy.interpolate._fitpack2": "RectBivariateSpline SmoothBivariateSpline LSQBivariateSpline BivariateSpline",
    "scipy.interpolate._rgi": "RegularGridInterpolator",
    "scipy.interpolate._rbfinterp": "RBFInterpolator",
    "scipy.interpolate._polyint": "BarycentricInterpolator KroghInterpolator",
    "scipy.interpolate._ndgriddata": "NearestNDInterpolator",
    "scipy.interpolate._interpnd": "LinearNDInterpolator CloughTocher2DInterpolator",
    "scipy.spatial._qhull": "Delaunay ConvexHull Voronoi",
    "scipy.spatial.qhull": "Delaunay ConvexHull Voronoi",
    "scipy.spatial.transform._rotation": "Rotation",
    "scipy.optimize._optimize": "OptimizeResult",
    "scipy.optimize._constraints": "LinearConstraint Bounds",
    "scipy.cluster.hierarchy": "ClusterNode",
    "scipy.stats._kde": "gaussian_kde",
    "scipy.stats._distn_infrastructure": "rv_frozen rv_continuous_frozen rv_discrete_frozen",
    "scipy.stats._multivariate": """_PSD multivariate_normal_gen multivariate_normal_frozen multivariate_t_gen
        multivariate_t_frozen dirichlet_gen dirichlet_frozen multinomial_gen multinomial_frozen wishart_gen
        wishart_frozen""",
    "scipy.stats._covariance": "CovViaPSD CovViaPrecision CovViaCholesky CovViaDiagonal CovViaEigendecomposition",
    "scipy.signal._ltisys": "TransferFunctionContinuous TransferFunctionDiscrete",
    "sklearn.compose._column_transformer": "make_column_selector",
}
BUILT = frozenset(f"{module}.{name}" for module, names in _BUILT.items() for name in names.split())
"""Classes whose objects are safe to make as pickles do, empty and then filled, but whose `__init__` may open files."""
NAMED_TUPLES = frozenset({"sklearn.impute._iterative._ImputerTriplet"})
"""Classes among them that only hold what they are given, and call nothing of it."""
