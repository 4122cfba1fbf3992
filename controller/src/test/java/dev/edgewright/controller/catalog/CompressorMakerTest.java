package dev.edgewright.controller.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.pass.Allowance;
import dev.edgewright.controller.testing.Models;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Variants that the compression library really makes, as the catalog takes them. */
class CompressorMakerTest {

    @TempDir
    Path folder;

    private CompressorMaker maker;

    @BeforeEach
    void open() {
        maker = new CompressorMaker(
                CompressionSettings.defaults()
                        .withLatency(Duration.ofMillis(50), 10)
                        .withAllowance(new Allowance(1, 0)),
                new TrainingCache(folder.resolve("training"), 100_000_000));
    }

    private record Listening(AtomicBoolean stop, List<String> heard, String stopAt)
            implements VariantMaker.MakingProgress {
        @Override
        public void step(String what, double fraction) {
            assertThat(fraction).isBetween(0.0, 1.0);
            heard.add(what);
            if (!stopAt.isEmpty() && what.startsWith(stopAt)) {
                stop.set(true);
                // As a job does it: whoever reports after the cancel is told by an exception.
                throw EdgewrightException.caller("CANCELLED", "the job was cancelled");
            }
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
        return maker.make(version, model, data, recipe, work, new Listening(new AtomicBoolean(stop), heard, stopAt));
    }

    private final List<String> heard = new ArrayList<>();
    private String stopAt = "";

    /** Halves of images that are lit: something to learn. */
    private Path learnable() throws IOException {
        Path data = Files.createDirectories(folder.resolve("learnable"));
        int count = 192;
        var images = ByteBuffer.allocate(16 + count * 64)
                .putInt(0x803)
                .putInt(count)
                .putInt(8)
                .putInt(8);
        var labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
        var random = new Random(2);
        for (int i = 0; i < count; i++) {
            labels.put((byte) (i % 3));
            for (int p = 0; p < 64; p++) {
                boolean lit = i % 3 == 0 ? p < 32 : i % 3 == 1 ? p % 8 < 4 : true;
                images.put((byte) ((lit ? 180 : 20) + random.nextInt(60)));
            }
        }
        Files.write(data.resolve("images"), images.array());
        Files.write(data.resolve("labels"), labels.array());
        Files.writeString(data.resolve("data.yaml"), """
                inputs:
                  x: {file: images, scale: 0.0039215686}
                labels: {file: labels}
                splits: {train: 0..160, calibration: 0..32, validation: 160..192}
                """);
        return data;
    }

    @Test
    void a_training_that_was_cancelled_is_taken_up_again_and_what_was_trained_is_kept() throws IOException {
        Path data = learnable();
        stopAt = "train: epoch 1 of 2";
        assertThatThrownBy(() -> make("qat-int8", Optional.of(data), false))
                .isInstanceOf(EdgewrightException.class)
                .satisfies(
                        e -> assertThat(((EdgewrightException) e).code().name()).isEqualTo("CANCELLED"));

        stopAt = "";
        heard.clear();
        var variant = make("qat-int8", Optional.of(data), false);
        // Whether the second epoch was over before the cancel arrived is chance; the first is never trained again.
        assertThat(heard).noneMatch(what -> what.startsWith("train: epoch 1 of"));
        assertThat(variant.lineage()).anyMatch(line -> line.startsWith("qat: "));
        assertThat(variant.graph()).exists().startsWith(folder.resolve("work"));

        heard.clear();
        var again = make("qat-int8", Optional.of(data), false);
        assertThat(heard).noneMatch(what -> what.startsWith("train: "));
        assertThat(again.graph()).hasSameBinaryContentAs(variant.graph());
        assertThat(again.lineage()).isEqualTo(variant.lineage());
    }

    @Test
    void a_training_recipe_without_samples_to_train_on_says_what_is_missing() {
        assertThatThrownBy(() -> make("prune-train-int8", Optional.of(data()), false))
                .hasMessageContaining("split 'train'");
    }

    @Test
    void the_oldest_trainings_go_when_there_is_no_room() throws IOException {
        var cache = new TrainingCache(folder.resolve("small"), 1500);
        for (String key : List.of("one", "two", "three")) {
            cache.within(key, () -> false, place -> {
                try {
                    return Files.write(place.resolve("content"), new byte[1000]);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
        }
        try (var left = Files.list(folder.resolve("small"))) {
            assertThat(left).hasSize(1);
        }
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
