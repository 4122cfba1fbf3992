package dev.edgewright.controller;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.ProtocolCounters;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.pass.Allowance;
import dev.edgewright.controller.broker.Broker;
import dev.edgewright.controller.broker.BrokerAddress;
import dev.edgewright.controller.broker.BrokerCredentials;
import dev.edgewright.controller.broker.BrokerLimits;
import dev.edgewright.controller.broker.EmbeddedBroker;
import dev.edgewright.controller.broker.ExternalBroker;
import dev.edgewright.controller.catalog.CompressorMaker;
import dev.edgewright.controller.catalog.TrainingCache;
import dev.edgewright.controller.catalog.VariantMaker;
import dev.edgewright.controller.coap.CoapEdge;
import dev.edgewright.controller.coap.CoapSettings;
import dev.edgewright.controller.edge.DeviceIntake;
import dev.edgewright.controller.events.DeliveryPolicy;
import dev.edgewright.controller.events.Reach;
import dev.edgewright.controller.events.Webhooks;
import dev.edgewright.controller.fleet.FleetChange;
import dev.edgewright.controller.http.ControllerApi;
import dev.edgewright.controller.http.HttpEdge;
import dev.edgewright.controller.http.HttpSettings;
import dev.edgewright.controller.http.view.InfoView;
import dev.edgewright.controller.http.view.RolloutBodySection;
import dev.edgewright.controller.metrics.EventMetrics;
import dev.edgewright.controller.metrics.FleetMetrics;
import dev.edgewright.controller.metrics.InferenceMetrics;
import dev.edgewright.controller.metrics.LinkMetrics;
import dev.edgewright.controller.metrics.Metrics;
import dev.edgewright.controller.metrics.PredictionMetrics;
import dev.edgewright.controller.metrics.ProtocolMetrics;
import dev.edgewright.controller.metrics.RolloutMetrics;
import dev.edgewright.controller.metrics.TransferMetrics;
import dev.edgewright.controller.mqtt.MqttLink;
import dev.edgewright.controller.mqtt.MqttSettings;
import dev.edgewright.controller.webhook.VertxWebhookSender;
import io.vertx.core.Vertx;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a controller: data folder, database, broker, domain, link, CoAP, metrics, HTTP, in this order. */
public final class ControllerMain {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerMain.class);
    private static final Duration BROKER_PATIENCE = Duration.ofSeconds(5);
    private static final int USAGE = 2;
    private static final int FAILURE = 1;

    private ControllerMain() {}

    /** Runs until it is told to stop; exit code 2 for a setting that is wrong, 1 for a start that failed. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            var controller = start(ControllerConfig.of(List.of(arguments), System.getenv()));
            var stopped = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                controller.close();
                                stopped.countDown();
                            },
                            "stop"));
            System.out.println("Edgewright controller: " + controller.http() + "  broker " + controller.broker()
                    + controller.coap().map(uri -> "  CoAP " + uri).orElse(""));
            stopped.await();
        } catch (EdgewrightException e) {
            System.err.println(e.getMessage());
            LOG.atDebug().setCause(e).log("start failed");
            System.exit(e.kind() == EdgewrightException.Kind.CALLER ? USAGE : FAILURE);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("start failed");
            System.exit(FAILURE);
        }
    }

    /**
     * Starts a controller and returns when it listens.
     *
     * @throws EdgewrightException with what was wrong; whatever had started is stopped again
     */
    public static RunningController start(ControllerConfig config) {
        var parts = RunningController.none();
        try {
            return start(config, Clock.systemUTC(), new SecureRandom(), parts);
        } catch (RuntimeException e) {
            RunningController.stop(parts);
            throw e;
        }
    }

    private static RunningController start(
            ControllerConfig config, Clock clock, SecureRandom random, Deque<RunningController.Part> parts) {
        var listen = HostPort.parse("http.listen", config.http().listen());
        var startedAt = clock.instant();

        var data = started(parts, "data folder", DataFolder.open(config.data()));
        // The broker takes longest to start; what does not need it is made meanwhile.
        var brokerStarts = CompletableFuture.supplyAsync(() -> broker(config.mqtt(), data, random));
        started(
                parts,
                "broker",
                () -> brokerStarts
                        .thenAccept(Broker::close)
                        .exceptionally(ignored -> null)
                        .join());
        var link = new AtomicReference<MqttLink>();
        var coap = new AtomicReference<CoapEdge>();
        var maker = new CompressorMaker(
                CompressionSettings.defaults()
                        .withAllowance(new Allowance(
                                config.jobs().trainingThreads(), config.jobs().trainingMemoryMb())),
                new TrainingCache(data.root().resolve("training"), config.jobs().trainingCacheMb() * 1_000_000L));
        var domain = started(
                parts,
                "domain",
                new ControllerDomain(
                        new ControllerDomain.Settings(
                                config.database().url(),
                                data.root(),
                                config.jobs().workers(),
                                config.transfer().budget()),
                        maker,
                        (device, desired) -> {
                            Optional.ofNullable(coap.get()).ifPresent(edge -> edge.publish(device, desired));
                            return link.get().publish(device, desired);
                        },
                        (device, trial) -> Optional.ofNullable(coap.get())
                                        .filter(edge -> edge.publishTrial(device, trial))
                                        .isPresent()
                                | link.get().publishTrial(device, trial),
                        new RolloutBodySection(),
                        (blob, index, frame) -> link.get().publish(blob, index, frame),
                        clock));

        var metrics = started(parts, "metrics", Metrics.create());
        var counters = new ProtocolCounters();
        var intake = new DeviceIntake(domain.fleet(), domain.telemetry(), domain.transfer(), domain.trials(), counters);
        var vertx = vertx(metrics);
        started(
                parts,
                "Vert.x",
                () -> vertx.close().toCompletionStage().toCompletableFuture().join());
        var broker = await(brokerStarts);
        link.set(started(
                parts,
                "MQTT link",
                MqttLink.start(linkSettings(broker, random), intake, domain::publishDesiredAgain, random)));
        domain.fleet().addListener((device, change) -> {
            if (change == FleetChange.REMOVED) {
                link.get().forget(device.id());
            }
        });
        coap(config.coap(), domain, intake, clock).ifPresent(edge -> coap.set(started(parts, "CoAP", edge)));

        bind(metrics, domain, counters, link.get(), clock);
        domain.start();
        var usual = DeliveryPolicy.DEFAULT;
        var policy = new DeliveryPolicy(config.webhooks().attempts(), usual.first(), usual.longest(), usual.within());
        var sender = started(parts, "webhook sender", new VertxWebhookSender(vertx, policy.within()));
        var webhooks =
                domain.startWebhooks(sender, Reach.parse(config.webhooks().reach()), policy);
        metrics.register(new EventMetrics(domain.events(), webhooks));

        var agentsConnectTo = config.mqtt().advertise().isEmpty()
                ? broker.uri()
                : URI.create(config.mqtt().advertise());
        var coapUri = Optional.ofNullable(coap.get()).map(CoapEdge::uri);
        var info = info(agentsConnectTo, broker.embedded(), coapUri, startedAt.toString(), domain);
        var http = started(
                parts,
                "HTTP",
                HttpEdge.start(
                        vertx,
                        httpSettings(config.http(), listen, data),
                        api(domain, webhooks, maker, () -> info, checks(link.get(), domain, data), metrics),
                        clock));
        if (!link.get().awaitConnected(BROKER_PATIENCE)) {
            LOG.atWarn()
                    .addKeyValue("broker", broker.uri())
                    .log("the broker does not answer yet; devices are heard as soon as it does");
        }
        data.note("http.port", Integer.toString(http.port()));
        if (!listen.loopback()) {
            LOG.atWarn()
                    .addKeyValue("listen", listen)
                    .log("HTTP has no login and listens beyond loopback; put a proxy that knows its users before it");
        }
        var uri = URI.create("http://" + new HostPort(listen.host(), http.port()));
        LOG.atInfo()
                .addKeyValue("http", uri)
                .addKeyValue("broker", agentsConnectTo)
                .addKeyValue("ms", clock.millis() - startedAt.toEpochMilli())
                .log("controller started");
        return new RunningController(uri, agentsConnectTo, coapUri, data.folder("keys"), parts);
    }

    private static <T extends AutoCloseable> T started(Deque<RunningController.Part> parts, String name, T part) {
        parts.push(new RunningController.Part(name, part));
        return part;
    }

    private static Broker broker(ControllerConfig.Mqtt mqtt, DataFolder data, SecureRandom random) {
        var address = BrokerAddress.parse(mqtt.broker());
        if (address instanceof BrokerAddress.Embedded embedded) {
            return EmbeddedBroker.start(embedded, data.folder("broker"), BrokerLimits.DEFAULT, random);
        }
        var credentials = mqtt.user().isEmpty()
                ? Optional.<BrokerCredentials>empty()
                : Optional.of(new BrokerCredentials(mqtt.user(), mqtt.password().reveal()));
        return new ExternalBroker(((BrokerAddress.External) address).uri(), credentials);
    }

    private static Broker await(CompletableFuture<Broker> starts) {
        try {
            return starts.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static MqttSettings linkSettings(Broker broker, SecureRandom random) {
        var suffix = new byte[4];
        random.nextBytes(suffix);
        return MqttSettings.of(
                broker.uri(),
                "controller-" + HexFormat.of().formatHex(suffix),
                broker.controllerCredentials().map(BrokerCredentials::user),
                broker.controllerCredentials().map(BrokerCredentials::password));
    }

    private static Optional<CoapEdge> coap(
            ControllerConfig.Coap config, ControllerDomain domain, DeviceIntake intake, Clock clock) {
        if (config.listen().isEmpty()) {
            return Optional.empty();
        }
        var listen = HostPort.parse("coap.listen", config.listen()).toSocketAddress();
        return Optional.of(CoapEdge.start(
                CoapSettings.of(listen, config.pskFile()),
                intake,
                domain.fleet(),
                domain.blobs(),
                domain::desired,
                domain.trials()::wanted,
                clock));
    }

    private static void bind(
            Metrics metrics, ControllerDomain domain, ProtocolCounters counters, MqttLink link, Clock clock) {
        metrics.register(new InferenceMetrics(domain.telemetry()));
        metrics.register(new FleetMetrics(domain.fleet()));
        metrics.register(new PredictionMetrics(domain.fleet(), domain.classes(), domain.catalog(), domain.selection()));
        metrics.register(new RolloutMetrics(domain.rollouts(), clock));
        metrics.register(new ProtocolMetrics(counters, domain.telemetry()));
        metrics.register(new TransferMetrics(domain.transfer()));
        metrics.bind(new LinkMetrics(
                () -> link.connected() ? 1 : 0,
                () -> link.stats().connects(),
                () -> link.stats().received(),
                () -> link.stats().publishedMessages(),
                () -> link.stats().publishedBytes(),
                () -> link.stats().inbox(),
                () -> link.stats().waitingDesired()));
    }

    private static Vertx vertx(Metrics metrics) {
        var options = new MicrometerMetricsOptions()
                .setEnabled(true)
                .setLabels(EnumSet.of(Label.HTTP_METHOD, Label.HTTP_CODE, Label.HTTP_ROUTE, Label.POOL_NAME));
        return Vertx.builder()
                .with(new io.vertx.core.VertxOptions().setMetricsOptions(options))
                .withMetrics(new MicrometerMetricsFactory(metrics.meters()))
                .build();
    }

    private static HttpSettings httpSettings(ControllerConfig.Http http, HostPort listen, DataFolder data) {
        return new HttpSettings(
                listen.host(),
                listen.port(),
                data.folder("uploads"),
                (long) http.maxModelMb() << 20,
                (long) http.maxDataMb() << 20,
                http.workers(),
                HttpSettings.of(listen.host(), listen.port(), data.root()).maxStreams());
    }

    private static ControllerApi api(
            ControllerDomain domain,
            Webhooks webhooks,
            VariantMaker maker,
            Supplier<InfoView> info,
            Map<String, Supplier<String>> checks,
            Metrics metrics) {
        return new ControllerApi(
                domain.fleet(),
                domain.telemetry(),
                domain.catalog(),
                domain.blobs(),
                maker,
                domain.selection(),
                domain.rollouts(),
                domain.jobs(),
                domain.events(),
                webhooks,
                domain.audit(),
                new ControllerApi.Choosing(
                        domain.classes(),
                        domain.knowledge(),
                        domain.decisions(),
                        domain.trials(),
                        domain.deployments()),
                info,
                checks,
                accept -> {
                    var scraped = metrics.scrape(accept);
                    return new ControllerApi.Scraped(scraped.contentType(), scraped.body());
                });
    }

    private static Map<String, Supplier<String>> checks(MqttLink link, ControllerDomain domain, DataFolder data) {
        var checks = new LinkedHashMap<String, Supplier<String>>();
        checks.put("broker", () -> link.connected() ? "" : "the controller has no connection to its broker");
        checks.put("database", domain::databaseTrouble);
        checks.put("disk", () -> {
            try {
                long free = Files.getFileStore(data.root()).getUsableSpace() >> 20;
                return free > 100 ? "" : "only " + free + " MiB are free in the data folder";
            } catch (IOException e) {
                return "the data folder cannot be read: " + e.getMessage();
            }
        });
        return checks;
    }

    private static InfoView info(
            URI broker, boolean embedded, Optional<URI> coap, String startedAt, ControllerDomain domain) {
        var version = Optional.ofNullable(ControllerMain.class.getPackage().getImplementationVersion());
        return new InfoView(
                version.orElse("development"),
                broker.toString(),
                embedded,
                coap.map(URI::toString).orElse(null),
                startedAt,
                List.of(trust("catalog", domain.catalogKey()), trust("fleet", domain.fleetKey())));
    }

    private static InfoView.Trust trust(String use, SigningKey key) {
        return new InfoView.Trust(
                use,
                key.keyId(),
                Base64.getEncoder().encodeToString(key.publicKey().raw()),
                key.publicKey().toPem());
    }
}
