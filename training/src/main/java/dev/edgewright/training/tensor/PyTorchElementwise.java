package dev.edgewright.training.tensor;

import static dev.edgewright.training.tensor.PyTorchTensor.raw;
import static dev.edgewright.training.tensor.PyTorchTensor.wrap;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/** The half of a libtorch tensor that works on each element alone, with broadcasting: arithmetic, functions, comparisons, logic. */
abstract sealed class PyTorchElementwise implements Tensor permits PyTorchTensor {

    final PtNDArray array;

    PyTorchElementwise(PtNDArray array) {
        this.array = array;
    }

    /**
     * A number in libtorch's own memory. DJL's arithmetic with numbers wraps a Java buffer instead and lets go of it at once; what autograd
     * keeps of it for the way back is freed memory as soon as the collector runs in between, and gradients are garbage then.
     */
    private PtNDArray number(double value) {
        return (PtNDArray) array.getManager().full(new ai.djl.ndarray.types.Shape(), (float) value, DataType.FLOAT32);
    }

    @Override
    public Tensor add(Tensor other) {
        return wrap(JniUtils.add(array, raw(other)));
    }

    @Override
    public Tensor sub(Tensor other) {
        return wrap(JniUtils.sub(array, raw(other)));
    }

    @Override
    public Tensor mul(Tensor other) {
        return wrap(JniUtils.mul(array, raw(other)));
    }

    @Override
    public Tensor div(Tensor other) {
        return wrap(JniUtils.div(array, raw(other)));
    }

    @Override
    public Tensor pow(Tensor exponent) {
        return wrap(JniUtils.pow(array, raw(exponent)));
    }

    @Override
    public Tensor maximum(Tensor other) {
        return wrap(JniUtils.max(array, raw(other)));
    }

    @Override
    public Tensor minimum(Tensor other) {
        return wrap(JniUtils.min(array, raw(other)));
    }

    @Override
    public Tensor add(double value) {
        try (PtNDArray number = number(value)) {
            return wrap(JniUtils.add(array, number));
        }
    }

    @Override
    public Tensor mul(double value) {
        try (PtNDArray number = number(value)) {
            return wrap(JniUtils.mul(array, number));
        }
    }

    @Override
    public Tensor pow(double exponent) {
        try (PtNDArray number = number(exponent)) {
            return wrap(JniUtils.pow(array, number));
        }
    }

    @Override
    public Tensor clip(double low, double high) {
        return wrap(array.clip((float) low, (float) high));
    }

    @Override
    public Tensor neg() {
        return wrap(JniUtils.neg(array));
    }

    @Override
    public Tensor abs() {
        return wrap(JniUtils.abs(array));
    }

    @Override
    public Tensor sqrt() {
        return wrap(JniUtils.sqrt(array));
    }

    @Override
    public Tensor exp() {
        return wrap(JniUtils.exp(array));
    }

    @Override
    public Tensor log() {
        return wrap(JniUtils.log(array));
    }

    @Override
    public Tensor sin() {
        return wrap(JniUtils.sin(array));
    }

    @Override
    public Tensor cos() {
        return wrap(JniUtils.cos(array));
    }

    @Override
    public Tensor tanh() {
        return wrap(JniUtils.tanh(array));
    }

    @Override
    public Tensor sigmoid() {
        return wrap(JniUtils.sigmoid(array));
    }

    @Override
    public Tensor erf() {
        return wrap(JniUtils.erf(array));
    }

    @Override
    public Tensor relu() {
        return wrap(JniUtils.relu(array));
    }

    @Override
    public Tensor softplus() {
        return wrap(JniUtils.softPlus(array));
    }

    @Override
    public Tensor leakyRelu(double slope) {
        return wrap(JniUtils.leakyRelu(array, slope));
    }

    @Override
    public Tensor elu(double alpha) {
        return wrap(JniUtils.elu(array, alpha));
    }

    @Override
    public Tensor round() {
        return wrap(JniUtils.round(array));
    }

    @Override
    public Tensor floor() {
        return wrap(JniUtils.floor(array));
    }

    @Override
    public Tensor ceil() {
        return wrap(JniUtils.ceil(array));
    }

    @Override
    public Tensor sign() {
        return wrap(JniUtils.sign(array));
    }

    @Override
    public Tensor eq(Tensor other) {
        return wrap(JniUtils.eq(array, raw(other)));
    }

    @Override
    public Tensor gt(Tensor other) {
        return wrap(JniUtils.gt(array, raw(other)));
    }

    @Override
    public Tensor gte(Tensor other) {
        return wrap(JniUtils.gte(array, raw(other)));
    }

    @Override
    public Tensor lt(Tensor other) {
        return wrap(JniUtils.lt(array, raw(other)));
    }

    @Override
    public Tensor lte(Tensor other) {
        return wrap(JniUtils.lte(array, raw(other)));
    }

    @Override
    public Tensor and(Tensor other) {
        return wrap(JniUtils.logicalAnd(array, raw(other)));
    }

    @Override
    public Tensor or(Tensor other) {
        return wrap(JniUtils.logicalOr(array, raw(other)));
    }

    @Override
    public Tensor not() {
        return wrap(JniUtils.logicalNot(array));
    }

    @Override
    public Tensor where(Tensor whenTrue, Tensor whenFalse) {
        return wrap(JniUtils.where(array, raw(whenTrue), raw(whenFalse)));
    }
}
