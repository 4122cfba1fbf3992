package dev.edgewright.training.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What autograd keeps for the way back must outlive the Java objects that it came from. */
class PyTorchMemoryTest {

    private final List<ByteBuffer> scribbles = new ArrayList<>();

    /** Collects, gives the cleaner a chance, and writes over what was freed. */
    private void collectAndScribble() {
        System.gc();
        for (int i = 0; i < 2000; i++) {
            ByteBuffer small = ByteBuffer.allocateDirect(4 + i % 8 * 8);
            while (small.hasRemaining()) {
                small.put((byte) 0x5b);
            }
            scribbles.add(small);
        }
    }

    @Test
    void gradientsSurviveTheCollector() {
        try (PyTorchBackend backend = new PyTorchBackend()) {
            for (int round = 0; round < 20; round++) {
                try (TensorBackend.Scope scope = backend.scope()) {
                    Tensor x = backend.floats(new float[] {1, 2, 3, 4}, 4);
                    backend.trackGradient(x, true);
                    backend.withGradients(() -> {
                        Tensor picked = x.mul(0.5).pow(2).gather(backend.longs(new long[] {3, 0}, 2), 0);
                        Tensor masked =
                                backend.booleans(new boolean[] {true, false}, 2).where(picked, picked.mul(10));
                        Tensor result = masked.mul(3).sum(false, 0);
                        collectAndScribble();
                        backend.backward(result);
                        return result;
                    });
                    // d/dx of 3 (x/2)^2 for the last, 30 (x/2)^2 for the first
                    assertThat(backend.gradient(x).toFloats())
                            .as("round %d", round)
                            .containsExactly(15, 0, 0, 6);
                }
            }
            assertThat(Arrays.asList(scribbles.toArray())).hasSize(20 * 2000);
        }
    }
}
