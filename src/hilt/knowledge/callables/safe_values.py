"""Functions that honest pickles hold as values; none of them may be called while the pickle is loaded."""

from __future__ import annotations

_NAMED = {
    "builtins": "abs all any hash id len max min print repr round sorted sum zip",
    "numpy": """abs absolute add exp expm1 log log10 log1p log2 sqrt square sign sin cos tan tanh mean median std var
        sum prod max min amax amin nanmean nanmedian maximum minimum identity ravel reciprocal cbrt clip
        arcsinh arccosh arctan array asarray ceil cumsum floor isnan nan_to_num round squeeze""",
    "numpy.core.fromnumeric": "mean std sum prod var amax amin ravel",
    "numpy.lib.function_base": "median average",
    "enum": "Enum IntEnum",  # called with names, they make classes
    "typing": "Any Union Optional List Dict Tuple Callable",
    "gensim.utils": "call_on_class_only",
    "gensim.models.phrases": "original_scorer npmi_scorer",
    "madmom.ml.nn.activations": "linear relu sigmoid tanh softmax elu",
    "sklearn.feature_selection._univariate_selection": "f_classif f_regression chi2 f_oneway r_regression",
    "sklearn.feature_selection.univariate_selection": "f_classif f_regression chi2",
    "sklearn.feature_selection._mutual_info": "mutual_info_classif mutual_info_regression",
    "sklearn.metrics._classification": """accuracy_score f1_score precision_score recall_score log_loss
        balanced_accuracy_score jaccard_score matthews_corrcoef brier_score_loss class_likelihood_ratios
        classification_report cohen_kappa_score confusion_matrix d2_brier_score d2_log_loss_score fbeta_score
        hamming_loss hinge_loss multilabel_confusion_matrix precision_recall_fscore_support zero_one_loss""",
    "sklearn.metrics._ranking": """roc_auc_score average_precision_score top_k_accuracy_score auc
        confusion_matrix_at_thresholds coverage_error dcg_score det_curve label_ranking_average_precision_score
        label_ranking_loss metric_at_thresholds ndcg_score precision_recall_curve roc_curve""",
    "sklearn.metrics._regression": """r2_score mean_squared_error mean_absolute_error median_absolute_error
        root_mean_squared_error max_error explained_variance_score mean_squared_log_error
        mean_absolute_percentage_error d2_absolute_error_score d2_pinball_score d2_tweedie_score mean_gamma_deviance
        mean_pinball_loss mean_poisson_deviance mean_tweedie_deviance root_mean_squared_log_error""",
    "sklearn.metrics._scorer": "_passthrough_scorer positive_likelihood_ratio negative_likelihood_ratio",
    "sklearn.metrics.pairwise": """rbf_kernel linear_kernel polynomial_kernel euclidean_distances cosine_distances
        nan_euclidean_distances pairwise_distances pairwise_distances_argmin pairwise_distances_argmin_min
        pairwise_distances_chunked pairwise_kernels""",
    "sklearn.preprocessing._function_transformer": "_identity",
    "scipy.special._ufuncs": "expit logit boxcox inv_boxcox",
    "torch.nn.functional": """relu gelu silu tanh softmax log_softmax adaptive_avg_pool2d
        binary_cross_entropy_with_logits binary_cross_entropy cross_entropy dropout elu glu hardswish hardtanh
        huber_loss interpolate kl_div l1_loss layer_norm leaky_relu mish mse_loss nll_loss normalize relu6 selu sigmoid
        smooth_l1_loss softplus""",
    "torch._C._nn": "avg_pool2d gelu linear silu softplus",
    "transformers.activations": "gelu",
    "torch.nn.init": """xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ normal_ uniform_ zeros_ ones_
        constant_ orthogonal_ trunc_normal_ eye_ dirac_ sparse_""",
    "torch.amp.grad_scaler": "_refresh_per_optimizer_state",
    "torch.optim.lr_scheduler.CyclicLR": "_triangular_scale_fn _triangular2_scale_fn _exp_range_scale_fn",
    "torch._C._VariableFunctionsClass": """abs add bmm cat clamp conv1d conv2d conv3d cos cosine_similarity div
        dropout einsum erf exp layer_norm log log_softmax matmul max maximum mean min minimum mm mul norm pow relu
        rsqrt selu sigmoid sin softmax sqrt square stack sub sum tanh""",
    # Checkpoints of Lightning before 1.5 name the classes of callbacks beside their state.
    "pytorch_lightning.callbacks.model_checkpoint": "ModelCheckpoint",
    "pytorch_lightning.callbacks.early_stopping": "EarlyStopping",
    "pytorch_lightning.callbacks.lr_monitor": "LearningRateMonitor",
    "builtins.str": "lower upper strip split title casefold",
    "scipy.interpolate._interpolate.interp1d": """_call_linear _call_linear_np _call_nearest _call_previousnext
        _call_spline _call_nan_spline""",
    "scipy.spatial.distance": "cosine euclidean cityblock chebyshev correlation hamming jaccard",
    "scipy.special._special_ufuncs": "expit logit",
    "scipy.stats._stats_py": "zscore pearsonr spearmanr kendalltau mode gmean hmean rankdata iqr trim_mean",
    "scipy.stats._morestats": "boxcox yeojohnson",
    "scipy._lib.array_api_compat.numpy._aliases": "asarray",
    "sklearn.cluster._kmeans": "_kmeans_single_lloyd _kmeans_single_elkan",
    "sklearn.metrics.cluster._supervised": """adjusted_mutual_info_score adjusted_rand_score completeness_score
        fowlkes_mallows_score homogeneity_completeness_v_measure homogeneity_score mutual_info_score
        normalized_mutual_info_score pair_confusion_matrix rand_score v_measure_score""",
    "sklearn.metrics.cluster._unsupervised": """calinski_harabasz_score davies_bouldin_score silhouette_samples
        silhouette_score""",
}
NAMED = frozenset(f"{module}.{name}" for module, names in _NAMED.items() for name in names.split())
