package dev.edgewright.agent.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.protocol.v1.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeCacheTest {
    private static final List<Probe> PROBES = List.of(Probe.newBuilder()
            .setKernel("gemm")
            .setPrecision("u8s8")
            .setSize("small")
            .setThreads(2)
            .setMedianUs(12.5)
            .setP95Us(20.25)
            .setWork(262144)
            .setRuns(100)
            .build());

    @TempDir
    Path data;

    private final AtomicInteger measured = new AtomicInteger();

    @Test
    void theSameFingerprintIsMeasuredOnce() {
        assertThat(get("a")).isEqualTo(PROBES);
        assertThat(get("a")).isEqualTo(PROBES);
        assertThat(measured).hasValue(1);
    }

    @Test
    void anotherFingerprintIsMeasuredAnew() {
        get("a");
        get("b");
        assertThat(measured).hasValue(2);
    }

    @Test
    void aBrokenFileIsMeasuredAnewAndReplaced() throws IOException {
        Files.writeString(data.resolve("probes.json"), "{\"fingerprint\": \"a\", \"probes\": [");

        assertThat(get("a")).isEqualTo(PROBES);
        assertThat(get("a")).isEqualTo(PROBES);
        assertThat(measured).hasValue(1);
    }

    private List<Probe> get(String fingerprint) {
        return new ProbeCache(data).get(fingerprint, () -> {
            measured.incrementAndGet();
            return PROBES;
        });
    }
}
