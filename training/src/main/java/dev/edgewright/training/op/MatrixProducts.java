package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Gemm and MatMul. */
final class MatrixProducts {

    private MatrixProducts() {}

    static void register(Map<String, Operator> table) {
        table.put("Gemm", MatrixProducts::gemm);
        table.put("MatMul", call -> Call.one(call.tensor(0).matMul(call.tensor(1))));
    }

    private static List<Value> gemm(Call call) {
        Tensor a = call.tensor(0);
        Tensor b = call.tensor(1);
        float alpha = call.attribute("alpha", 1f);
        float beta = call.attribute("beta", 1f);
        if (call.attribute("transA", 0L) == 1) {
            a = a.transpose(1, 0);
        }
        if (call.attribute("transB", 0L) == 1) {
            b = b.transpose(1, 0);
        }
        Tensor product = a.matMul(b);
        if (alpha != 1) {
            product = product.mul(alpha);
        }
        if (call.has(2)) {
            Tensor c = call.tensor(2);
            product = product.add(beta == 1 ? c : c.mul(beta));
        }
        return Call.one(product);
    }
}
