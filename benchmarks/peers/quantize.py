"""Quantises one ONNX model with one peer, in a process of its own, and prints what that cost as one line of JSON.

    python quantize.py METHOD MODEL.onnx CALIBRATION.npz OUT.onnx

METHOD is one of the functions in METHODS. CALIBRATION.npz holds one array per model input, samples along axis 0; the
same samples that Edgewright calibrates on. Each peer gets the settings that its own documentation recommends for a CPU
with VNNI; README.md names them. Latency and accuracy are measured elsewhere, for all files in one run of one runtime.
"""

import json
import os
import resource
import sys
import tempfile
import time

import numpy as np


class Samples:
    """Feeds the calibration arrays sample by sample, in the shape ONNX Runtime's calibrators ask for."""

    def __init__(self, arrays):
        self.arrays = arrays
        self.count = len(next(iter(arrays.values())))
        self.rewind()

    def feeds(self):
        for i in range(self.count):
            yield {name: array[i : i + 1] for name, array in self.arrays.items()}

    def rewind(self):
        self.iterator = self.feeds()

    def get_next(self):
        return next(self.iterator, None)


def _raised(model):
    """The model at operator set 17 when it is below 13: scales for each channel need 13, and all peers ask for that."""
    import onnx
    from onnx import version_converter

    loaded = onnx.load(model)
    if next(o.version for o in loaded.opset_import if o.domain in ("", "ai.onnx")) >= 13:
        return model
    path = os.path.join(tempfile.mkdtemp(), "raised.onnx")
    onnx.save(version_converter.convert_version(loaded, 17), path)
    return path


def _prepared(model):
    """The model after quant_pre_process, as ONNX Runtime's quantisation guide asks for."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    path = os.path.join(tempfile.mkdtemp(), "prepared.onnx")
    try:
        quant_pre_process(model, path)
    except Exception:  # it raises a bare Exception where symbolic shapes stay open; its own advice is to leave them out
        quant_pre_process(model, path, skip_symbolic_shape=True)
    return path


def _ort_static(model, arrays, out, calibrate):
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

    quantize_static(
        _prepared(_raised(model)),
        out,
        Samples(arrays),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=getattr(CalibrationMethod, calibrate),
    )


def ort_static_minmax(model, arrays, out):
    _ort_static(model, arrays, out, "MinMax")


def ort_static_entropy(model, arrays, out):
    _ort_static(model, arrays, out, "Entropy")


def ort_static_percentile(model, arrays, out):
    _ort_static(model, arrays, out, "Percentile")


def ort_dynamic(model, arrays, out):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(_prepared(model), out, per_channel=True, weight_type=QuantType.QInt8)


def ort_dynamic_transformers(model, arrays, out):
    """As ONNX Runtime's guide advises for transformers: its own fusions of attention and normalisation first."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer

    path = os.path.join(tempfile.mkdtemp(), "fused.onnx")
    optimizer.optimize_model(model, model_type="bert", opt_level=0).save_model_to_file(path)
    # Nothing infers the types behind its fused nodes; they are all floats.
    quantize_dynamic(
        path, out, per_channel=True, weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": 1}
    )


def nncf_ptq(model, arrays, out):
    import nncf
    import onnx

    transformer = any("input_ids" in name for name in arrays)
    quantised = nncf.quantize(
        onnx.load(_raised(model)),
        nncf.Dataset(list(Samples(arrays).feeds())),
        subset_size=len(next(iter(arrays.values()))),
        model_type=nncf.ModelType.TRANSFORMER if transformer else None,
        fast_bias_correction=True,
    )
    onnx.save(quantised, out)


def inc_static(model, arrays, out):
    import onnx
    from neural_compressor import PostTrainingQuantConfig, quantization

    class Loader:
        batch_size = 1

        def __iter__(self):
            for feed in Samples(arrays).feeds():
                yield feed, None

    config = PostTrainingQuantConfig(
        approach="static", quant_format="QDQ", calibration_sampling_size=[len(next(iter(arrays.values())))]
    )
    quantised = quantization.fit(onnx.load(_raised(model)), config, calib_dataloader=Loader())
    if quantised is None:
        raise RuntimeError("Neural Compressor found no quantised model")
    quantised.save(out)


METHODS = {
    f.__name__: f
    for f in (ort_static_minmax, ort_static_entropy, ort_static_percentile, ort_dynamic, ort_dynamic_transformers,
              nncf_ptq, inc_static)
}


def main():
    if len(sys.argv) != 5 or sys.argv[1] not in METHODS:
        sys.exit(f"usage: quantize.py {{{','.join(METHODS)}}} MODEL.onnx CALIBRATION.npz OUT.onnx")
    method = sys.argv[1]
    model, calibration, out = map(os.path.abspath, sys.argv[2:])
    os.chdir(tempfile.mkdtemp())  # shape inference leaves its working files where it runs
    arrays = dict(np.load(calibration))
    started = time.monotonic()
    METHODS[method](model, arrays, out)
    print(
        json.dumps(
            {
                "method": method,
                "seconds": round(time.monotonic() - started, 3),
                # ru_maxrss is in KiB on Linux; the process did nothing else, so this is the peak of the compression.
                "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                "bytes": os.path.getsize(out),
            }
        )
    )


if __name__ == "__main__":
    main()
