package dev.edgewright.controller.coap;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Limits;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.controller.catalog.BlobStore;
import dev.edgewright.controller.edge.DeviceIntake;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.rollout.DesiredPublisher;
import dev.edgewright.controller.trial.TrialPublisher;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.UdpConfig;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.cipher.CipherSuite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The CoAP server. */
public final class CoapEdge implements DesiredPublisher, TrialPublisher, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CoapEdge.class);
    private static final long SWEEP_SECONDS = 5;
    private static final int CONNECTION_ID_BYTES = 6;
    private static final int BLOCK_BYTES = 1024;

    static {
        CoapConfig.register();
        UdpConfig.register();
        DtlsConfig.register();
    }

    private final CoapServer server;
    private final SignedResource desired;
    private final SignedResource trial;
    private final ExecutorService workers;
    private final ScheduledExecutorService sweeper;
    private final URI uri;

    private CoapEdge(
            CoapServer server,
            SignedResource desired,
            SignedResource trial,
            ExecutorService workers,
            ScheduledExecutorService sweeper,
            URI uri) {
        this.server = server;
        this.desired = desired;
        this.trial = trial;
        this.workers = workers;
        this.sweeper = sweeper;
        this.uri = uri;
    }

    /**
     * Starts to listen.
     *
     * @throws EdgewrightException COAP_START_FAILED, PSK_FILE_INVALID, PSK_FILE_UNREADABLE
     */
    public static CoapEdge start(
            CoapSettings settings,
            DeviceIntake intake,
            FleetService fleet,
            BlobStore blobs,
            SignedSource desiredStates,
            SignedSource trials,
            Clock clock) {
        var configuration = configuration();
        var sender = settings.secure() ? Sender.byKey() : Sender.byParameter();
        var silence = new Silence(fleet, settings.silence(), clock);
        var workers = Executors.newFixedThreadPool(settings.workers(), daemon("coap-worker"));
        var desired = new SignedResource("desired", desiredStates, sender, silence);
        var trial = new SignedResource("trial", trials, sender, silence);
        var v1 = new CoapResource("v1", false) {
            @Override
            public Executor getExecutor() {
                return workers;
            }
        };
        for (var kind : List.of(
                MessageKind.PRESENCE,
                MessageKind.HELLO,
                MessageKind.REPORTED,
                MessageKind.TELEMETRY,
                MessageKind.TRIALED)) {
            v1.add(new MessageResource(kind, intake, sender, silence));
        }
        v1.add(desired);
        v1.add(trial);
        v1.add(new BlobResource(blobs, sender, silence));
        var server = new CoapServer(configuration);
        server.add(v1);
        var endpoint = endpoint(settings, configuration);
        server.addEndpoint(endpoint);
        try {
            server.start();
        } catch (IllegalStateException e) {
            server.destroy();
            workers.shutdownNow();
            throw EdgewrightException.resource(
                    "COAP_START_FAILED", "CoAP did not start on " + settings.listen() + "; is the port free?", e);
        }
        var sweeper = Executors.newSingleThreadScheduledExecutor(daemon("coap-silence"));
        sweeper.scheduleWithFixedDelay(silence::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
        var uri = URI.create((settings.secure() ? "coaps://" : "coap://")
                + settings.listen().getHostString() + ":"
                + endpoint.getAddress().getPort());
        LOG.atInfo().addKeyValue("uri", uri).log("CoAP listens");
        return new CoapEdge(server, desired, trial, workers, sweeper, uri);
    }

    private static Configuration configuration() {
        return new Configuration()
                .set(CoapConfig.MAX_RESOURCE_BODY_SIZE, Limits.DESIRED_BYTES)
                .set(CoapConfig.PREFERRED_BLOCK_SIZE, BLOCK_BYTES)
                .set(CoapConfig.MAX_MESSAGE_SIZE, BLOCK_BYTES);
    }

    private static CoapEndpoint endpoint(CoapSettings settings, Configuration configuration) {
        var builder = CoapEndpoint.builder().setConfiguration(configuration);
        if (settings.pskFile().isEmpty()) {
            return builder.setInetSocketAddress(settings.listen()).build();
        }
        var dtls = DtlsConnectorConfig.builder(configuration)
                .setAddress(settings.listen())
                .set(DtlsConfig.DTLS_ROLE, DtlsConfig.DtlsRole.SERVER_ONLY)
                .set(DtlsConfig.DTLS_CONNECTION_ID_LENGTH, CONNECTION_ID_BYTES)
                .setAsList(
                        DtlsConfig.DTLS_CIPHER_SUITES,
                        CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
                        CipherSuite.TLS_PSK_WITH_AES_128_GCM_SHA256,
                        CipherSuite.TLS_PSK_WITH_AES_128_CCM_8)
                .setAdvancedPskStore(PskFile.open(settings.pskFile().get()))
                .build();
        return builder.setConnector(new DTLSConnector(dtls)).build();
    }

    private static java.util.concurrent.ThreadFactory daemon(String name) {
        return task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** {@code coap://host:port} or {@code coaps://host:port}, with the port that is really listened on. */
    public URI uri() {
        return uri;
    }

    /** Tells who observes; who does not reads it later. */
    @Override
    public CompletionStage<Void> publish(DeviceId device, Signed state) {
        desired.changed(device);
        return CompletableFuture.completedFuture(null);
    }

    /** The same for trials; false when no device at all observes them here. */
    @Override
    public boolean publishTrial(DeviceId device, Signed state) {
        trial.changed(device);
        return trial.getObserverCount() > 0;
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
        server.destroy();
        workers.shutdownNow();
    }
}
