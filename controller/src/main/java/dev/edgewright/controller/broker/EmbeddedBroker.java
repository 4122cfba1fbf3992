package dev.edgewright.controller.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HiveMQ Community Edition in this process. Sessions, queues and retained messages are in memory and end with it: at a restart the
 * controller publishes every desired state from its database, devices say anew what they are, and chunks are asked for again. Keeping them on
 * disk cost several writes for each message of each device and made nothing survive that does not survive so.
 * Access is held by {@link DeviceAccess}; the controller's client proves itself with a secret made anew at every start.
 */
public final class EmbeddedBroker implements Broker {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final long START_SECONDS = 600;
    private static final int PORT_ATTEMPTS = 5;

    /**
     * One start at a time: the library hands its services to extensions through one table for the whole process, so the extension of a broker
     * that starts meanwhile would register with the other broker.
     */
    private static final Lock STARTING = new ReentrantLock();

    private static final long STOP_SECONDS = 20;
    private static final int STORES = 16;
    /** Messages to one client that wait for its acknowledgement. The controller's own client takes those of all devices. */
    private static final int ON_THEIR_WAY = 256;

    private static final int STOP_GRACE_MS = 200;

    private final EmbeddedHiveMQ hiveMq;
    private final URI uri;
    private final BrokerCredentials credentials;

    private EmbeddedBroker(EmbeddedHiveMQ hiveMq, URI uri, BrokerCredentials credentials) {
        this.hiveMq = hiveMq;
        this.uri = uri;
        this.credentials = credentials;
    }

    /**
     * Starts the broker and returns when it listens.
     *
     * @param folder configuration and data go there
     * @throws EdgewrightException BROKER_START_FAILED, for example when the port is taken
     */
    public static EmbeddedBroker start(
            BrokerAddress.Embedded address, Path folder, BrokerLimits limits, SecureRandom random) {
        if (address.port() != 0) {
            return startOn(address, folder, limits, random);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return startOn(
                        new BrokerAddress.Embedded(address.host(), freePort(address.host())), folder, limits, random);
            } catch (IOException e) {
                throw failed(address, e);
            } catch (EdgewrightException taken) {
                if (attempt == PORT_ATTEMPTS || taken.getCause() instanceof TimeoutException) {
                    throw taken;
                }
                LOG.atWarn().log("the port was taken in the meantime; another is tried");
            }
        }
    }

    private static EmbeddedBroker startOn(
            BrokerAddress.Embedded address, Path folder, BrokerLimits limits, SecureRandom random) {
        var secret = new byte[32];
        random.nextBytes(secret);
        var credentials = new BrokerCredentials(
                DeviceAccess.CONTROLLER_USER, HexFormat.of().formatHex(secret));
        var access = new DeviceAccess(credentials);
        tame();
        try {
            var conf = Files.createDirectories(folder.resolve("conf"));
            Files.writeString(conf.resolve("config.xml"), limits.toHiveMqXml(address.host(), address.port()));
            var extension = new BeforeListening(access);
            var hiveMq = EmbeddedHiveMQ.builder()
                    .withConfigurationFolder(conf)
                    .withDataFolder(Files.createDirectories(folder.resolve("data")))
                    .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
                    .withEmbeddedExtension(EmbeddedExtension.builder()
                            .withId("edgewright-access")
                            .withName("Edgewright device access")
                            .withVersion("1")
                            .withAuthor("Edgewright")
                            .withExtensionMain(extension)
                            .build())
                    .withoutLoggingBootstrap()
                    .build();
            extension.broker = hiveMq;
            startAlone(hiveMq);
            if (!extension.done) {
                hiveMq.stop();
                throw EdgewrightException.bug(
                        "BROKER_START_FAILED", "the embedded broker is not the one that this version was made for");
            }
            var uri = URI.create("tcp://" + address.host() + ":" + address.port());
            LOG.atInfo().addKeyValue("uri", uri).log("broker listens");
            return new EmbeddedBroker(hiveMq, uri, credentials);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(address, e);
        } catch (TimeoutException e) {
            throw EdgewrightException.resource(
                    "BROKER_START_FAILED", "the embedded broker did not start in time; is the machine overloaded?", e);
        } catch (IOException | ExecutionException e) {
            throw failed(address, e);
        }
    }

    /** What is done to a broker that has its parts and does not listen yet: its sessions are made safe, and access to it is held. */
    private static final class BeforeListening implements ExtensionMain {
        private final DeviceAccess access;
        private volatile EmbeddedHiveMQ broker;
        private volatile boolean done;

        private BeforeListening(DeviceAccess access) {
            this.access = access;
        }

        @Override
        public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
            SessionTables.makeConcurrent(broker);
            access.extensionStart(input, output);
            done = true;
        }

        @Override
        public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
            access.extensionStop(input, output);
        }
    }

    private static void startAlone(EmbeddedHiveMQ hiveMq)
            throws InterruptedException, ExecutionException, TimeoutException {
        STARTING.lockInterruptibly();
        try {
            hiveMq.start().get(START_SECONDS, TimeUnit.SECONDS);
        } finally {
            STARTING.unlock();
        }
    }

    /**
     * A port that is free now. The broker's own choice cannot be asked for reliably: what it tells of listeners comes through the table that all
     * brokers of this process share.
     */
    private static int freePort(String host) throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        }
    }

    /**
     * Fewer stores than a broker of a data centre has: 64 of each kind cost time at every start and stop. And only warnings in the
     * log: it writes hundreds of lines else.
     */
    private static void tame() {
        InternalConfigurations.PERSISTENCE_BUCKET_COUNT.set(STORES);
        InternalConfigurations.PAYLOAD_PERSISTENCE_BUCKET_COUNT.set(STORES);
        InternalConfigurations.PUBLISH_POLL_BATCH_SIZE = ON_THEIR_WAY;
        InternalConfigurations.MAX_INFLIGHT_WINDOW_SIZE_MESSAGES = ON_THEIR_WAY;
        InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(STOP_GRACE_MS);
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
            for (var name : List.of("com.hivemq", "jetbrains.exodus", "migrations")) {
                var logger = logback.getLogger(name);
                if (logger.getLevel() == null) {
                    logger.setLevel(Level.WARN);
                }
            }
        }
    }

    private static EdgewrightException failed(BrokerAddress.Embedded address, Exception cause) {
        return EdgewrightException.resource(
                "BROKER_START_FAILED",
                "the embedded broker did not start on " + address.host() + ":" + address.port()
                        + "; is the port free and the data folder writable?",
                cause);
    }

    /** The library, for tests of what is done to it. */
    EmbeddedHiveMQ library() {
        return hiveMq;
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public Optional<BrokerCredentials> controllerCredentials() {
        return Optional.of(credentials);
    }

    @Override
    public boolean embedded() {
        return true;
    }

    @Override
    public void close() {
        try {
            hiveMq.stop().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("broker did not stop in time");
        }
    }
}
