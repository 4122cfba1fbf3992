package dev.edgewright.controller.jobs;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.catalog.Model;
import dev.edgewright.controller.catalog.ModelVersion;
import dev.edgewright.controller.catalog.VariantMaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs that make variants. A job works recipe by recipe and publishes each as it is done; after a kill it begins with the first
 * recipe that was not, in the folder that the killed run left behind.
 */
public final class VariantJobs implements JobService, JobQueue.Handler {

    private static final Logger LOG = LoggerFactory.getLogger(VariantJobs.class);
    private static final int MAX_ATTEMPTS = 5;

    private final JobStore store;
    private final JobQueue queue;
    private final CatalogService catalog;
    private final VariantMaker maker;
    private final Path work;
    private final Clock clock;
    private final Supplier<String> ids;
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();

    /** @param work folder for what jobs leave while they run */
    public VariantJobs(
            JobStore store,
            JobQueue queue,
            CatalogService catalog,
            VariantMaker maker,
            Path work,
            Clock clock,
            Supplier<String> ids) {
        this.store = store;
        this.queue = queue;
        this.catalog = catalog;
        this.maker = maker;
        this.work = work;
        this.clock = clock;
        this.ids = ids;
    }

    @Override
    public synchronized Job submit(ModelName name, Optional<String> version, List<String> recipes) {
        Model model = catalog.requireModel(name);
        String wanted = version.orElse(model.latest().version());
        model.version(wanted)
                .orElseThrow(() ->
                        EdgewrightException.caller("VERSION_NOT_FOUND", "model " + name + " has no version " + wanted));
        List<String> make = recipes.isEmpty() ? maker.defaults(model.data().isPresent()) : recipes;
        for (String recipe : make) {
            if (!maker.recipes().contains(recipe)) {
                throw EdgewrightException.caller(
                        "RECIPE_UNKNOWN", "there is no recipe " + recipe + "; there are " + maker.recipes());
            }
        }
        var same = store.list(1000).stream()
                .filter(j -> !j.state().finished()
                        && j.model().equals(name)
                        && j.version().equals(wanted))
                .filter(j -> j.recipes().equals(make))
                .findFirst();
        if (same.isPresent()) {
            return same.get();
        }
        var job = new Job(
                ids.get(),
                name,
                wanted,
                make,
                List.of(),
                JobState.QUEUED,
                0,
                "queued",
                Optional.empty(),
                0,
                clock.instant(),
                Optional.empty(),
                Optional.empty());
        // The record first: a queue entry without one would be nothing to a worker.
        store.add(job);
        queue.enqueue(job.id());
        return job;
    }

    /** Puts queued jobs that a kill kept from the queue back on it. */
    public void recover() {
        store.list(1000).stream().filter(j -> !j.state().finished()).forEach(j -> queue.enqueue(j.id()));
    }

    @Override
    public Optional<Job> get(String id) {
        return store.find(id);
    }

    @Override
    public List<Job> list(int limit) {
        return store.list(limit);
    }

    @Override
    public Job cancel(String id) {
        var job =
                store.find(id).orElseThrow(() -> EdgewrightException.caller("JOB_NOT_FOUND", "there is no job " + id));
        if (job.state() == JobState.QUEUED) {
            change(id, j -> finish(j, JobEvent.CANCEL, "cancelled", Optional.empty()));
        } else if (job.state() == JobState.RUNNING) {
            cancelled.add(id);
        }
        return store.find(id).orElseThrow();
    }

    @Override
    public void run(String id) {
        var found = store.find(id);
        if (found.isEmpty() || found.get().state().finished()) {
            return;
        }
        if (found.get().state() == JobState.RUNNING) {
            // Its worker is gone, or it would not be handed out again.
            change(id, j -> moved(j, JobEvent.LOST, j.progress(), "taken up again"));
        }
        var job = change(id, VariantJobs.this::picked);
        if (job.isEmpty()) {
            return;
        }
        try {
            if (job.get().attempts() > MAX_ATTEMPTS) {
                throw EdgewrightException.resource(
                        "JOB_CRASHES",
                        "the job ended the controller or its worker " + MAX_ATTEMPTS + " times; it is not run again");
            }
            make(job.get());
            change(id, j -> finish(j, JobEvent.DONE, "done", Optional.empty()));
        } catch (EdgewrightException e) {
            if (e.code().name().equals("CANCELLED")) {
                change(id, j -> finish(j, JobEvent.CANCEL, "cancelled", Optional.empty()));
            } else {
                broke(id, e.code().name() + ": " + e.getMessage(), e);
            }
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            broke(id, "BUG: " + e, e);
        } finally {
            cancelled.remove(id);
            store.find(id).filter(j -> j.state().finished()).ifPresent(j -> delete(work.resolve(id)));
        }
    }

    private void broke(String id, String words, Throwable cause) {
        LOG.atError().addKeyValue("job", id).setCause(cause).log("job failed");
        change(id, j -> finish(j, JobEvent.BROKE, "failed", Optional.of(words)));
    }

    private Job picked(Job job) {
        return new Job(
                job.id(),
                job.model(),
                job.version(),
                job.recipes(),
                job.done(),
                JobLifecycle.TABLE.require(job.state(), JobEvent.PICKED, List.of(job.id() + " is " + job.state())),
                job.progress(),
                "running",
                Optional.empty(),
                job.attempts() + 1,
                job.createdAt(),
                Optional.of(job.startedAt().orElse(clock.instant())),
                Optional.empty());
    }

    private void make(Job job) {
        ModelVersion version = catalog.requireModel(job.model())
                .version(job.version())
                .orElseThrow(() -> EdgewrightException.caller("VERSION_NOT_FOUND", "the version is gone"));
        for (int i = job.done().size(); i < job.recipes().size(); i++) {
            String recipe = job.recipes().get(i);
            Path folder = work.resolve(job.id()).resolve(recipe.replaceAll("[^A-Za-z0-9._-]", "_"));
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw EdgewrightException.resource("JOB_IO", "cannot create " + folder, e);
            }
            var progress = new RecipeProgress(job.id(), i, job.recipes().size(), recipe);
            progress.step("begun", 0);
            var made =
                    maker.make(version, catalog.original(version), catalog.data(job.model()), recipe, folder, progress);
            catalog.publishVariant(version, made);
            int done = i + 1;
            change(
                    job.id(),
                    j -> with(
                            j,
                            j.recipes().subList(0, done),
                            (double) done / j.recipes().size(),
                            recipe + ": published"));
        }
    }

    /** Turns the progress of one recipe into that of the job; writes at most when a whole percent or the words change. */
    private final class RecipeProgress implements VariantMaker.MakingProgress {
        private final String id;
        private final int index;
        private final int of;
        private final String recipe;
        private String written = "";

        RecipeProgress(String id, int index, int of, String recipe) {
            this.id = id;
            this.index = index;
            this.of = of;
            this.recipe = recipe;
        }

        @Override
        public synchronized void step(String what, double fraction) {
            if (cancelled.contains(id)) {
                throw EdgewrightException.caller("CANCELLED", "the job was cancelled");
            }
            double whole = (index + Math.max(0, Math.min(1, fraction))) / of;
            String now = Math.round(100 * whole) + what;
            if (!now.equals(written)) {
                written = now;
                change(id, j -> with(j, j.done(), whole, recipe + ": " + what));
            }
        }

        @Override
        public BooleanSupplier cancelled() {
            return () -> cancelled.contains(id);
        }
    }

    private static Job with(Job j, List<String> done, double progress, String step) {
        return new Job(
                j.id(),
                j.model(),
                j.version(),
                j.recipes(),
                done,
                j.state(),
                progress,
                step,
                j.error(),
                j.attempts(),
                j.createdAt(),
                j.startedAt(),
                j.finishedAt());
    }

    private static Job moved(Job j, JobEvent event, double progress, String step) {
        var next = JobLifecycle.TABLE.require(j.state(), event, List.of(j.id() + " is " + j.state()));
        return new Job(
                j.id(),
                j.model(),
                j.version(),
                j.recipes(),
                j.done(),
                next,
                progress,
                step,
                j.error(),
                j.attempts(),
                j.createdAt(),
                j.startedAt(),
                j.finishedAt());
    }

    private Job finish(Job j, JobEvent event, String step, Optional<String> error) {
        Instant now = clock.instant();
        var moved = moved(j, event, event == JobEvent.DONE ? 1 : j.progress(), step);
        return new Job(
                j.id(),
                j.model(),
                j.version(),
                j.recipes(),
                j.done(),
                moved.state(),
                moved.progress(),
                step,
                error,
                j.attempts(),
                j.createdAt(),
                j.startedAt(),
                Optional.of(now));
    }

    /** Reads, changes and writes until nobody came between; empty when the job has ended meanwhile. */
    private Optional<Job> change(String id, UnaryOperator<Job> change) {
        while (true) {
            var job = store.find(id);
            if (job.isEmpty() || job.get().state().finished()) {
                return Optional.empty();
            }
            var next = change.apply(job.get());
            if (store.replace(job.get().state(), next)) {
                return Optional.of(next);
            }
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("folder", folder).setCause(e).log("a job's folder could not be removed");
        }
    }
}
