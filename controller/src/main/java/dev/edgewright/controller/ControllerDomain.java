package dev.edgewright.controller;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.controller.audit.AuditLog;
import dev.edgewright.controller.catalog.BlobStore;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.catalog.CompressorInspector;
import dev.edgewright.controller.catalog.DiskBlobStore;
import dev.edgewright.controller.catalog.StoredCatalog;
import dev.edgewright.controller.catalog.VariantMaker;
import dev.edgewright.controller.deployment.DeploymentEngine;
import dev.edgewright.controller.deployment.DeploymentService;
import dev.edgewright.controller.deployment.RolloutSection;
import dev.edgewright.controller.events.DeliveryPolicy;
import dev.edgewright.controller.events.EventStore;
import dev.edgewright.controller.events.NewEvent;
import dev.edgewright.controller.events.Reach;
import dev.edgewright.controller.events.WebhookSender;
import dev.edgewright.controller.events.Webhooks;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.DeviceRegistry;
import dev.edgewright.controller.fleet.FleetChange;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.jobs.JobService;
import dev.edgewright.controller.jobs.VariantJobs;
import dev.edgewright.controller.rollout.DesiredPublisher;
import dev.edgewright.controller.rollout.Leadership;
import dev.edgewright.controller.rollout.RolloutEngine;
import dev.edgewright.controller.rollout.RolloutService;
import dev.edgewright.controller.rollout.RolloutStore;
import dev.edgewright.controller.selection.BehaviourWatch;
import dev.edgewright.controller.selection.CatalogSelection;
import dev.edgewright.controller.selection.DecisionStore;
import dev.edgewright.controller.selection.FleetKnowledge;
import dev.edgewright.controller.selection.SelectionService;
import dev.edgewright.controller.storage.Database;
import dev.edgewright.controller.storage.DbSchedulerQueue;
import dev.edgewright.controller.storage.JdbiAuditLog;
import dev.edgewright.controller.storage.JdbiCatalogStore;
import dev.edgewright.controller.storage.JdbiChoiceStore;
import dev.edgewright.controller.storage.JdbiDeploymentStore;
import dev.edgewright.controller.storage.JdbiEventStore;
import dev.edgewright.controller.storage.JdbiFleetStore;
import dev.edgewright.controller.storage.JdbiJobStore;
import dev.edgewright.controller.storage.JdbiLease;
import dev.edgewright.controller.storage.JdbiRolloutStore;
import dev.edgewright.controller.storage.JdbiTrialStore;
import dev.edgewright.controller.storage.JdbiWebhookStore;
import dev.edgewright.controller.telemetry.MergedTelemetry;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.transfer.ByteBudget;
import dev.edgewright.controller.transfer.ChunkPublisher;
import dev.edgewright.controller.transfer.GatheringTransfer;
import dev.edgewright.controller.transfer.TransferLoop;
import dev.edgewright.controller.transfer.TransferService;
import dev.edgewright.controller.transfer.TransferTiming;
import dev.edgewright.controller.trial.TrialEngine;
import dev.edgewright.controller.trial.TrialPlanner;
import dev.edgewright.controller.trial.TrialPublisher;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * The rooms of the controller, put together on a data folder, without any transport. {@link #start} begins the work that runs by
 * itself: reconciling, writing behind, transfers and jobs, each on its own thread.
 */
public final class ControllerDomain implements AutoCloseable {

    private static final long FRAME_CACHE = 64L << 20;
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final long KEPT_EVENTS = 200_000;

    private final Database database;
    private final DeviceRegistry fleet;
    private final DiskBlobStore blobs;
    private final StoredCatalog catalog;
    private final DeviceClasses classes;
    private final FleetKnowledge knowledge;
    private final JdbiChoiceStore choices;
    private final CatalogSelection selection;
    private final DbSchedulerQueue queue;
    private final VariantJobs jobs;
    private final MergedTelemetry telemetry;
    private final RolloutStore rolloutStore;
    private final DesiredPublisher publisher;
    private final RolloutEngine rollouts;
    private final BehaviourWatch behaviour;
    private final TrialEngine trials;
    private final DeploymentEngine deployments;
    private final GatheringTransfer transfer;
    private final JdbiEventStore events;
    private final JdbiAuditLog audit;
    private final Optional<JdbiLease> lease;
    private final Clock clock;
    private final PeriodicTasks teller = new PeriodicTasks("events");
    private final SigningKey catalogKey;
    private final SigningKey fleetKey;
    private final PeriodicTasks reconciler = new PeriodicTasks("reconciler");
    private final TransferLoop mover;

    /**
     * @param database "sqlite" or a jdbc:postgresql: URL
     * @param data folder of keys, blobs, calibration data and SQLite's file
     * @param jobWorkers jobs that run at once
     * @param transfer budget of all chunks together
     */
    public record Settings(String database, Path data, int jobWorkers, ByteBudget transfer) {
        public static Settings in(Path data) {
            return new Settings("sqlite", data, 1, ByteBudget.NONE);
        }
    }

    public ControllerDomain(
            Settings settings,
            VariantMaker maker,
            DesiredPublisher desired,
            TrialPublisher trialPublisher,
            RolloutSection rolloutSection,
            ChunkPublisher chunks,
            Clock clock) {
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
        this.choices = new JdbiChoiceStore(database);
        this.classes = new DeviceClasses(choices, fleet);
        this.knowledge = new FleetKnowledge(fleet, classes, catalog, choices);
        this.selection = new CatalogSelection(catalog, fleet, classes, knowledge, choices, clock);
        this.queue = new DbSchedulerQueue(database, settings.jobWorkers(), DbSchedulerQueue.Timing.DEFAULT);
        this.jobs = new VariantJobs(
                new JdbiJobStore(database), queue, catalog, maker, data.resolve("work"), clock, RandomIds.of("job-"));
        // Telemetry asks where in a rollout a device is, and rollouts ask for telemetry.
        var cohorts = new AtomicReference<RolloutEngine>();
        this.telemetry = new MergedTelemetry(fleet, (d, m) -> cohorts.get().cohort(d, m), clock);
        this.publisher = desired;
        this.rolloutStore = new JdbiRolloutStore(database);
        this.events = new JdbiEventStore(database);
        this.audit = new JdbiAuditLog(database);
        this.clock = clock;
        // A file belongs to one process, which its folder's lock sees to; a server may have several controllers.
        this.lease = database.kind() == Database.Kind.POSTGRESQL
                ? Optional.of(
                        new JdbiLease(database, "rollouts", RandomIds.of("ctl-").get(), LEASE, clock))
                : Optional.empty();
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
                () -> RolloutId.of(RandomIds.of("ro-").get()),
                lease.<Leadership>map(l -> l).orElse(Leadership.ALONE));
        cohorts.set(rollouts);
        this.behaviour = new BehaviourWatch(fleet, classes, knowledge, telemetry);
        var trialStore = new JdbiTrialStore(database);
        this.trials = new TrialEngine(
                fleet,
                catalog,
                knowledge,
                new TrialPlanner(fleet, classes, selection, telemetry),
                trialStore,
                fleetKey,
                trialPublisher,
                clock,
                RandomIds.of("tr-"));
        this.deployments = new DeploymentEngine(
                rolloutSection,
                fleet,
                classes,
                catalog,
                selection,
                telemetry,
                trials,
                rollouts,
                new JdbiDeploymentStore(database),
                maker::recipes,
                clock,
                RandomIds.of("dp-"));
        fleet.addListener((device, change) -> {
            if (change == FleetChange.REMOVED) {
                telemetry.forget(device.id());
                trialStore.forget(device.id());
            }
            if (change == FleetChange.SHARED_ID) {
                tellOfSharedId(device.id());
            }
        });
        this.transfer = new GatheringTransfer(
                new BlobChunks(blobs),
                chunks,
                TransferTiming.DEFAULT,
                settings.transfer(),
                rollouts.budgets(),
                () -> System.nanoTime() / 1_000_000,
                clock::millis);
        rollouts.heldBy(transfer::held);
        this.mover = new TransferLoop(transfer::tick);
        transfer.onWork(mover::wake);
    }

    /** Begins what runs by itself. Call it when the link is up: the first thing is to publish what a kill left unpublished. */
    public void start() {
        BooleanSupplier leads = () -> lease.map(JdbiLease::renew).orElse(true);
        reconciler.every("reconcile", Duration.ZERO, Duration.ofMillis(500), rollouts::tick);
        reconciler.every("write fleet", Duration.ofSeconds(1), Duration.ofSeconds(1), fleet::flush);
        reconciler.every(
                "choose",
                Duration.ofMillis(250),
                Duration.ofMillis(500),
                new ChoosingTurn(leads, trials, deployments, classes));
        reconciler.every("behaviour", Duration.ofSeconds(30), Duration.ofSeconds(30), behaviour::tick);
        mover.start();
        queue.start(jobs);
        jobs.recover();
    }

    /**
     * Begins to tell webhooks.
     *
     * @param reach addresses that they may have
     */
    public Webhooks startWebhooks(WebhookSender sender, Reach reach, DeliveryPolicy policy) {
        var webhooks = new Webhooks(
                events,
                new JdbiWebhookStore(database),
                sender,
                reach,
                InetAddress::getAllByName,
                policy,
                clock,
                new SecureRandom());
        teller.every("tell webhooks", Duration.ofMillis(500), Duration.ofMillis(500), webhooks::tick);
        teller.every(
                "forget old events",
                Duration.ofMinutes(1),
                Duration.ofHours(1),
                () -> events.forget(events.head() - KEPT_EVENTS));
        return webhooks;
    }

    private void tellOfSharedId(DeviceId device) {
        // Said on a thread of its own: devices must not wait for the database.
        teller.once(
                "tell of a shared identifier",
                () -> events.append(List.of(new NewEvent(
                        clock.instant(),
                        "device.shared-id",
                        "devices/" + device,
                        "controller",
                        "two running devices use the identifier " + device
                                + ": their boots take turns; give one of them another",
                        Map.of("device", device.value())))));
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

    public EventStore events() {
        return events;
    }

    public AuditLog audit() {
        return audit;
    }

    /** Which devices are alike, as they measured and behave. */
    public DeviceClasses classes() {
        return classes;
    }

    /** What was measured of variants on classes. */
    public FleetKnowledge knowledge() {
        return knowledge;
    }

    public DecisionStore decisions() {
        return choices;
    }

    public TrialEngine trials() {
        return trials;
    }

    public DeploymentService deployments() {
        return deployments;
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
        mover.close();
        teller.stopNow();
        reconciler.close();
        PeriodicTasks.safely("write fleet", fleet::flush).run();
        lease.ifPresent(
                l -> PeriodicTasks.safely("give up the lease", l::release).run());
        PeriodicTasks.safely("write classes", classes::flush).run();
        database.close();
    }
}
