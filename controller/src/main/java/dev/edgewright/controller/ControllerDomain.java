package dev.edgewright.controller;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.controller.catalog.BlobStore;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.catalog.CompressorInspector;
import dev.edgewright.controller.catalog.DiskBlobStore;
import dev.edgewright.controller.catalog.StoredCatalog;
import dev.edgewright.controller.catalog.VariantMaker;
import dev.edgewright.controller.fleet.DeviceRegistry;
import dev.edgewright.controller.fleet.FleetChange;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.jobs.JobService;
import dev.edgewright.controller.jobs.VariantJobs;
import dev.edgewright.controller.rollout.DesiredPublisher;
import dev.edgewright.controller.rollout.RolloutEngine;
import dev.edgewright.controller.rollout.RolloutService;
import dev.edgewright.controller.rollout.RolloutStore;
import dev.edgewright.controller.selection.CatalogSelection;
import dev.edgewright.controller.selection.SelectionService;
import dev.edgewright.controller.storage.Database;
import dev.edgewright.controller.storage.DbSchedulerQueue;
import dev.edgewright.controller.storage.JdbiCatalogStore;
import dev.edgewright.controller.storage.JdbiFleetStore;
import dev.edgewright.controller.storage.JdbiJobStore;
import dev.edgewright.controller.storage.JdbiRolloutStore;
import dev.edgewright.controller.telemetry.MergedTelemetry;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.transfer.ChunkPublisher;
import dev.edgewright.controller.transfer.ChunkSource;
import dev.edgewright.controller.transfer.GatheringTransfer;
import dev.edgewright.controller.transfer.TransferService;
import dev.edgewright.controller.transfer.TransferTiming;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rooms of the controller, put together on a data folder, without any transport. {@link #start} begins the work that runs by
 * itself: reconciling, writing behind, transfers and jobs, each on its own thread.
 */
public final class ControllerDomain implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControllerDomain.class);
    private static final long FRAME_CACHE = 64L << 20;
    private static final long LONGEST_PAUSE_MS = 50;
    private static final long TOGETHER_MS = 5;

    private final Database database;
    private final DeviceRegistry fleet;
    private final DiskBlobStore blobs;
    private final StoredCatalog catalog;
    private final CatalogSelection selection;
    private final DbSchedulerQueue queue;
    private final VariantJobs jobs;
    private final MergedTelemetry telemetry;
    private final RolloutStore rolloutStore;
    private final DesiredPublisher publisher;
    private final RolloutEngine rollouts;
    private final GatheringTransfer transfer;
    private final SigningKey catalogKey;
    private final SigningKey fleetKey;
    private final ScheduledExecutorService reconciler = thread("reconciler");
    private final ScheduledExecutorService mover = thread("transfer");
    private final Semaphore work = new Semaphore(0);

    /**
     * @param database "sqlite" or a jdbc:postgresql: URL
     * @param data folder of keys, blobs, calibration data and SQLite's file
     * @param jobWorkers jobs that run at once
     * @param transferBytesPerSecond 0 for no bound
     */
    public record Settings(String database, Path data, int jobWorkers, long transferBytesPerSecond) {
        public static Settings in(Path data) {
            return new Settings("sqlite", data, 1, 0);
        }
    }

    public ControllerDomain(
            Settings settings, VariantMaker maker, DesiredPublisher desired, ChunkPublisher chunks, Clock clock) {
        Path data = settings.data();
        this.catalogKey = SigningKey.loadOrCreate(data.resolve("keys/catalog.key"));
        this.fleetKey = SigningKey.loadOrCreate(data.resolve("keys/fleet.key"));
        this.database = Database.open(settings.database(), data);
        this.fleet = new DeviceRegistry(new JdbiFleetStore(database), clock);
        this.blobs = new DiskBlobStore(data.resolve("blobs"), FRAME_CACHE);
        this.catalog = new StoredCatalog(
                new JdbiCatalogStore(database),
                blobs,
                new CompressorInspector(),
                catalogKey,
                data.resolve("data"),
                StoredCatalog.Bounds.DEFAULT,
                clock);
        this.selection = new CatalogSelection(catalog, fleet);
        this.queue = new DbSchedulerQueue(database, settings.jobWorkers(), DbSchedulerQueue.Timing.DEFAULT);
        this.jobs = new VariantJobs(
                new JdbiJobStore(database), queue, catalog, maker, data.resolve("work"), clock, ids("job-"));
        // Telemetry asks where in a rollout a device is, and rollouts ask for telemetry.
        var cohorts = new AtomicReference<RolloutEngine>();
        this.telemetry = new MergedTelemetry(fleet, (d, m) -> cohorts.get().cohort(d, m), clock);
        this.publisher = desired;
        this.rolloutStore = new JdbiRolloutStore(database);
        this.rollouts = new RolloutEngine(
                fleet,
                catalog,
                selection,
                telemetry,
                rolloutStore,
                fleetKey,
                new AnnouncedFiles(desired, fleet, catalog, this::transfer),
                clock,
                reconciler,
                () -> RolloutId.of(ids("ro-").get()));
        cohorts.set(rollouts);
        fleet.addListener((device, change) -> {
            if (change == FleetChange.REMOVED) {
                telemetry.forget(device.id());
            }
        });
        this.transfer = new GatheringTransfer(
                new BlobChunks(blobs),
                chunks,
                TransferTiming.DEFAULT,
                settings.transferBytesPerSecond(),
                () -> System.nanoTime() / 1_000_000);
        transfer.onWork(work::release);
    }

    private record BlobChunks(BlobStore blobs) implements ChunkSource {
        @Override
        public OptionalInt chunks(Digest blob) {
            return blobs.chunks(blob);
        }

        @Override
        public byte[] chunk(Digest blob, int index) {
            return blobs.openChunk(blob, index);
        }
    }

    /** Begins what runs by itself. Call it when the link is up: the first thing is to publish what a kill left unpublished. */
    public void start() {
        reconciler.scheduleWithFixedDelay(safely("reconcile", rollouts::tick), 0, 500, TimeUnit.MILLISECONDS);
        reconciler.scheduleWithFixedDelay(safely("write fleet", fleet::flush), 1000, 1000, TimeUnit.MILLISECONDS);
        mover.execute(this::move);
        queue.start(jobs);
        jobs.recover();
    }

    /** Moves chunks until the controller closes; a want wakes it up. */
    private void move() {
        try {
            while (!mover.isShutdown()) {
                if (work.tryAcquire(moveOnce(), TimeUnit.MILLISECONDS)) {
                    Thread.sleep(TOGETHER_MS); // wants of a wave come together and are taken together
                }
                work.drainPermits();
            }
        } catch (InterruptedException closing) {
            LOG.debug("transfer ends with the controller");
        }
    }

    private long moveOnce() {
        try {
            return Math.min(transfer.tick(), LONGEST_PAUSE_MS);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("transfer stumbled; it goes on");
            return LONGEST_PAUSE_MS;
        }
    }

    private static Runnable safely(String what, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("task", what).setCause(e).log("a periodic task stumbled; it runs again");
            }
        };
    }

    public FleetService fleet() {
        return fleet;
    }

    public CatalogService catalog() {
        return catalog;
    }

    public BlobStore blobs() {
        return blobs;
    }

    public SelectionService selection() {
        return selection;
    }

    public JobService jobs() {
        return jobs;
    }

    public RolloutService rollouts() {
        return rollouts;
    }

    public TelemetryService telemetry() {
        return telemetry;
    }

    public TransferService transfer() {
        return transfer;
    }

    /** Signs manifests; its public half lies in {@code keys/catalog.pub}. */
    public SigningKey catalogKey() {
        return catalogKey;
    }

    /** Signs desired states; its public half lies in {@code keys/fleet.pub}. */
    public SigningKey fleetKey() {
        return fleetKey;
    }

    /** What a device should be, signed as it was published: for edges without a broker that retains it. */
    public Optional<Signed> desired(DeviceId device) {
        return rolloutStore
                .desired(device)
                .map(record -> fleetKey.sign(Contexts.DESIRED, record.state().toByteArray()));
    }

    /**
     * Publishes what every known device should be once more: a broker may have come back without what it retained. A device
     * ignores a sequence that it has.
     */
    public void publishDesiredAgain() {
        rolloutStore.desired().forEach((device, record) -> {
            if (fleet.get(device).isPresent()) {
                publisher.publish(
                        device, fleetKey.sign(Contexts.DESIRED, record.state().toByteArray()));
            }
        });
    }

    /** Empty when the database answers, else what is wrong with it. */
    public String databaseTrouble() {
        try (var connection = database.dataSource().getConnection()) {
            return connection.isValid(2) ? "" : "the database does not answer";
        } catch (SQLException e) {
            return "the database does not answer: " + e.getMessage();
        }
    }

    /** Stops in the order in which work flows, writes what is due, and closes the database. */
    @Override
    public void close() {
        queue.close();
        mover.shutdownNow();
        reconciler.shutdown();
        try {
            if (!reconciler.awaitTermination(5, TimeUnit.SECONDS)) {
                reconciler.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        safely("write fleet", fleet::flush).run();
        database.close();
    }

    private static Supplier<String> ids(String prefix) {
        var random = new SecureRandom();
        return () -> {
            byte[] bytes = new byte[6];
            random.nextBytes(bytes);
            return prefix + HexFormat.of().formatHex(bytes);
        };
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "edgewright-" + name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
