package dev.edgewright.agent.scenario;

import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.mqtt.topic.tree.LocalTopicTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** HiveMQ Community Edition in this process. */
public final class EmbeddedBroker implements Broker {

    private final EmbeddedHiveMQ hiveMq;
    private final int port = Ports.free();

    public EmbeddedBroker(Path folder) {
        try {
            Path conf = Files.createDirectories(folder.resolve("conf"));
            Files.writeString(conf.resolve("config.xml"), """
                    <?xml version="1.0"?>
                    <hivemq>
                      <listeners><tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener></listeners>
                      <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
                    </hivemq>
                    """.formatted(port));
            hiveMq = EmbeddedHiveMQ.builder()
                    .withConfigurationFolder(conf)
                    .withDataFolder(Files.createDirectories(folder.resolve("data")))
                    .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
                    .withoutLoggingBootstrap()
                    .build();
            hiveMq.start().get(60, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("the embedded broker did not start", e);
        }
    }

    @Override
    public URI uri() {
        return URI.create("tcp://127.0.0.1:" + port);
    }

    /** Loses a subscription, and tells nobody. */
    public void loseSubscription(String clientId, String filter) throws ReflectiveOperationException {
        Object parts = read(read(hiveMq, "hiveMQServer"), "injector");
        var part = Class.forName("com.google.inject.Injector").getMethod("getInstance", Class.class);
        ((LocalTopicTree) part.invoke(parts, LocalTopicTree.class)).removeSubscriber(clientId, filter, null);
    }

    private static Object read(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
    }

    @Override
    public void close() {
        try {
            hiveMq.stop().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the embedded broker did not stop", e);
        }
    }
}
