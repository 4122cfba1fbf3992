package dev.edgewright.controller.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.controller.testing.Models;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Variants that the compression library really makes, as the catalog takes them. */
class CompressorMakerTest {

    @TempDir
    Path folder;

    private final CompressorMaker maker =
            new CompressorMaker(CompressionSettings.defaults().withLatency(Duration.ofMillis(50), 10));

    private record Listening(AtomicBoolean stop) implements VariantMaker.MakingProgress {
        @Override
        public void step(String what, double fraction) {
            assertThat(fraction).isBetween(0.0, 1.0);
        }

        @Override
        public BooleanSupplier cancelled() {
            return stop::get;
        }
    }

    private Path data() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        var images = ByteBuffer.allocate(16 + 64 * 64)
                .putInt(0x803)
                .putInt(64)
                .putInt(8)
                .putInt(8);
        byte[] pixels = new byte[64 * 64];
        new Random(1).nextBytes(pixels);
        Files.write(data.resolve("images"), images.put(pixels).array());
        Files.write(
                data.resolve("labels"),
                ByteBuffer.allocate(8 + 64).putInt(0x801).putInt(64).array());
        Files.writeString(data.resolve("data.yaml"), """
                inputs:
                  x: {file: images, scale: 0.0039215686}
                labels: {file: labels}
                splits: {calibration: 0..32, validation: 32..64}
                """);
        return data;
    }

    private NewVariant make(String recipe, Optional<Path> data, boolean stop) throws IOException {
        Path model = Models.tiny(folder, 1);
        var version = new ModelVersion(
                ModelName.of("tiny"),
                "1",
                Digest.of(model),
                Files.size(model),
                List.of(),
                List.of(),
                17,
                Map.of(),
                1,
                Instant.EPOCH);
        Path work = Files.createDirectories(folder.resolve("work"));
        return maker.make(version, model, data, recipe, work, new Listening(new AtomicBoolean(stop)));
    }

    @Test
    void the_original_is_the_imported_file_itself_measured_on_the_data() throws IOException {
        var variant = make("fp32", Optional.of(data()), false);
        assertThat(variant.graph()).hasBinaryContent(Models.tiny(1));
        assertThat(variant.accuracy().getSamples()).isEqualTo(32);
        assertThat(variant.accuracy().getAgreement()).isEqualTo(1);
        assertThat(variant.golden().getCasesCount()).isPositive();
        assertThat(variant.workload().parts()).allMatch(p -> p.precision().equals("fp32"));
        assertThat(variant.latencyHere().p50Ms()).isPositive();
    }

    @Test
    void int8_runs_int8_kernels_and_carries_its_lineage() throws IOException {
        var variant = make("int8-static", Optional.of(data()), false);
        assertThat(variant.workload().parts()).anyMatch(p -> p.precision().endsWith("s8"));
        assertThat(variant.lineage()).isNotEmpty();
        assertThat(variant.accuracy().getAgreement()).isBetween(0.0, 1.0);
        assertThat(variant.tolerance().getMinCosine()).isPositive();
    }

    @Test
    void int8_without_data_says_that_it_needs_some() {
        assertThatThrownBy(() -> make("int8-static", Optional.empty(), false)).hasMessageContaining("data");
    }

    @Test
    void a_cancelled_making_stops() {
        assertThatThrownBy(() -> make("fp32", Optional.empty(), true)).hasMessageContaining("stopped");
    }
}
