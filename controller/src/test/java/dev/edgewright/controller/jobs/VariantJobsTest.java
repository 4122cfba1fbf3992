package dev.edgewright.controller.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Tolerance;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.controller.catalog.CompressorInspector;
import dev.edgewright.controller.catalog.DiskBlobStore;
import dev.edgewright.controller.catalog.ModelVersion;
import dev.edgewright.controller.catalog.NewVariant;
import dev.edgewright.controller.catalog.StoredCatalog;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.catalog.VariantMaker;
import dev.edgewright.controller.catalog.Workload;
import dev.edgewright.controller.storage.Database;
import dev.edgewright.controller.storage.JdbiCatalogStore;
import dev.edgewright.controller.storage.JdbiJobStore;
import dev.edgewright.controller.testing.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VariantJobsTest {

    private static final ModelName MODEL = ModelName.of("tiny");

    @TempDir
    Path folder;

    private Database database;
    private StoredCatalog catalog;
    private final Line line = new Line();
    private final Maker maker = new Maker();
    private VariantJobs jobs;

    /** A queue that hands out what it holds when told. */
    private static final class Line implements JobQueue {
        private final Deque<String> ids = new ArrayDeque<>();

        @Override
        public void enqueue(String jobId) {
            if (!ids.contains(jobId)) {
                ids.add(jobId);
            }
        }

        @Override
        public void start(Handler handler) {
            // Told by the test.
        }

        @Override
        public void close() {
            ids.clear();
        }
    }

    /** Makes what it is asked for, and does what it is told at a step. */
    private static final class Maker implements VariantMaker {
        private final List<String> made = new ArrayList<>();
        private Runnable atStep = () -> {};

        @Override
        public List<String> recipes() {
            return List.of("fp32", "int8", "int4");
        }

        @Override
        public List<String> defaults(boolean hasData) {
            return List.of("fp32");
        }

        @Override
        public NewVariant make(
                ModelVersion of,
                Path original,
                Optional<Path> data,
                String recipe,
                Path work,
                MakingProgress progress) {
            try {
                Path left = work.resolve("half-done");
                boolean resumed = Files.exists(left);
                Files.writeString(left, recipe);
                made.add(recipe + (resumed ? " resumed" : ""));
                progress.step("half", 0.5);
                atStep.run();
                progress.step("most", 0.9);
                Path graph = Files.writeString(work.resolve("graph.onnx"), recipe.repeat(50));
                return new NewVariant(
                        recipe,
                        recipe,
                        graph,
                        GoldenSet.getDefaultInstance(),
                        Tolerance.getDefaultInstance(),
                        Accuracy.getDefaultInstance(),
                        List.of(),
                        List.of(),
                        Workload.UNKNOWN,
                        Variant.LatencyHere.NONE,
                        false);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** Stands for a SIGKILL: nothing above it may catch it. */
    private static final class Killed extends ThreadDeath {
        private static final long serialVersionUID = 1L;
    }

    @BeforeEach
    void open() {
        database = Database.sqlite(folder.resolve("jobs.db"));
        catalog = new StoredCatalog(
                new JdbiCatalogStore(database),
                new DiskBlobStore(folder.resolve("blobs"), 1 << 20),
                new CompressorInspector(),
                SigningKey.generate(),
                folder.resolve("data"),
                StoredCatalog.Bounds.DEFAULT,
                Clock.systemUTC());
        catalog.importModel(MODEL, Optional.of("1"), Models.tiny(folder, 1));
        var ids = new AtomicInteger();
        jobs = new VariantJobs(
                new JdbiJobStore(database),
                line,
                catalog,
                maker,
                folder.resolve("work"),
                Clock.systemUTC(),
                () -> "job-" + ids.incrementAndGet());
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Job now(Job job) {
        return jobs.get(job.id()).orElseThrow();
    }

    @Test
    void a_job_makes_its_recipes_in_order_and_publishes_each() {
        var job = jobs.submit(MODEL, Optional.empty(), List.of("fp32", "int8"));
        assertThat(job.state()).isEqualTo(JobState.QUEUED);
        jobs.run(line.ids.poll());
        assertThat(now(job).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(now(job).progress()).isEqualTo(1);
        assertThat(catalog.variants(MODEL)).extracting(Variant::name).containsExactly("fp32", "int8");
        assertThat(folder.resolve("work").resolve(job.id())).doesNotExist();
    }

    @Test
    void after_a_kill_it_goes_on_with_the_recipe_it_was_at_and_what_that_had_left() {
        var job = jobs.submit(MODEL, Optional.empty(), List.of("fp32", "int8"));
        maker.atStep = () -> {
            if (maker.made.contains("int8")) {
                throw new Killed();
            }
        };
        assertThatThrownBy(() -> jobs.run(job.id())).isInstanceOf(Killed.class);
        assertThat(now(job).state()).isEqualTo(JobState.RUNNING);
        maker.atStep = () -> {};
        jobs.run(job.id());
        assertThat(now(job).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(now(job).attempts()).isEqualTo(2);
        assertThat(maker.made).containsExactly("fp32", "int8", "int8 resumed");
    }

    @Test
    void a_job_that_kills_its_worker_again_and_again_is_given_up() {
        var job = jobs.submit(MODEL, Optional.empty(), List.of("fp32"));
        maker.atStep = () -> {
            throw new Killed();
        };
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> jobs.run(job.id())).isInstanceOf(Killed.class);
        }
        jobs.run(job.id());
        assertThat(now(job).state()).isEqualTo(JobState.FAILED);
        assertThat(now(job).error()).hasValueSatisfying(e -> assertThat(e).contains("JOB_CRASHES"));
    }

    @Test
    void a_running_job_is_cancelled_at_its_next_step_and_a_queued_one_at_once() {
        var running = jobs.submit(MODEL, Optional.empty(), List.of("fp32"));
        maker.atStep = () -> jobs.cancel(running.id());
        jobs.run(running.id());
        assertThat(now(running).state()).isEqualTo(JobState.CANCELLED);
        assertThat(catalog.variants(MODEL)).isEmpty();
        var queued = jobs.submit(MODEL, Optional.empty(), List.of("int8"));
        assertThat(jobs.cancel(queued.id()).state()).isEqualTo(JobState.CANCELLED);
        jobs.run(queued.id());
        assertThat(maker.made).containsExactly("fp32");
        assertThat(jobs.cancel(queued.id()).state()).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void a_failure_keeps_its_code_and_words() {
        var job = jobs.submit(MODEL, Optional.empty(), List.of("fp32"));
        maker.atStep = () -> {
            throw EdgewrightException.caller("DATA_REQUIRED", "calibration needs data");
        };
        jobs.run(job.id());
        assertThat(now(job).state()).isEqualTo(JobState.FAILED);
        assertThat(now(job).error()).contains("DATA_REQUIRED: calibration needs data");
    }

    @Test
    void the_same_again_is_the_same_job_and_nonsense_is_refused() {
        var job = jobs.submit(MODEL, Optional.empty(), List.of("fp32"));
        assertThat(jobs.submit(MODEL, Optional.empty(), List.of("fp32"))).isEqualTo(job);
        assertThatThrownBy(() -> jobs.submit(MODEL, Optional.empty(), List.of("int1")))
                .hasMessageContaining("no recipe int1; there are [fp32, int8, int4]");
        assertThatThrownBy(() -> jobs.submit(MODEL, Optional.of("9"), List.of()))
                .hasMessageContaining("no version 9");
        assertThatThrownBy(() -> jobs.cancel("job-none")).hasMessageContaining("no job job-none");
    }

    @Test
    void a_job_that_a_kill_kept_from_the_queue_is_put_back() {
        var job = jobs.submit(MODEL, Optional.empty(), List.of("fp32"));
        line.ids.clear();
        jobs.recover();
        assertThat(line.ids).containsExactly(job.id());
    }
}
