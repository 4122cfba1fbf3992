package dev.edgewright.controller.mqtt;

import dev.edgewright.common.protocol.Topics;
import dev.edgewright.controller.fake.TestDevice;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Devices that subscribe to their desired state while two of them are published, sixteen devices at a time. Every second one
 * waits for the acknowledgement of its subscription before the first is published. Then each goes, comes back and must get
 * the newest again.
 */
final class Crossings {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration QUIET = Duration.ofMillis(50);
    private static final int AT_ONCE = 16;
    private static final byte[] OLDER = LinkScenarios.signed("older").toByteArray();
    private static final byte[] NEWER = LinkScenarios.signed("newer").toByteArray();

    /** Devices that never got the newest state. */
    final Queue<String> lost = new ConcurrentLinkedQueue<>();

    private final URI broker;
    private final MqttLink link;
    private final Random random;
    private final AtomicInteger once = new AtomicInteger();
    private final AtomicInteger oftener = new AtomicInteger();
    private final AtomicInteger oftenerThoughAcknowledged = new AtomicInteger();
    private final AtomicInteger olderAfterNewer = new AtomicInteger();

    Crossings(URI broker, MqttLink link, Random random) {
        this.broker = broker;
        this.link = link;
        this.random = random;
    }

    void run(int devices) throws Exception {
        var pool = Executors.newFixedThreadPool(AT_ONCE);
        try {
            var runs = new ArrayList<Future<?>>();
            for (int i = 0; i < devices; i++) {
                var name = "cross-" + i;
                boolean subscribesFirst = i % 2 == 0;
                long before = random.nextInt(4_000_000);
                long between = random.nextInt(2_000_000);
                runs.add(pool.submit(() -> {
                    cross(name, subscribesFirst, before, between);
                    comesBack(name);
                    return null;
                }));
            }
            for (var run : runs) {
                run.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private void cross(String name, boolean subscribesFirst, long beforeNanos, long betweenNanos) throws Exception {
        try (var device = new TestDevice(broker, name)) {
            if (subscribesFirst) {
                device.subscribe(Topics.desired(device.id));
            }
            var published = CompletableFuture.runAsync(() -> {
                LockSupport.parkNanos(subscribesFirst ? 0 : beforeNanos);
                link.publish(device.id, LinkScenarios.signed("older"));
                LockSupport.parkNanos(betweenNanos);
                link.publish(device.id, LinkScenarios.signed("newer"))
                        .toCompletableFuture()
                        .join();
            });
            if (!subscribesFirst) {
                device.subscribe(Topics.desired(device.id));
            }
            published.get(30, TimeUnit.SECONDS);
            judge(name, device, subscribesFirst);
        }
    }

    private void comesBack(String name) throws Exception {
        try (var device = new TestDevice(broker, name)) {
            device.subscribe(Topics.desired(device.id));
            awaitNewest(name + ", when it came back", device);
        }
    }

    private void judge(String name, TestDevice device, boolean acknowledged) {
        if (!awaitNewest(name, device)) {
            return;
        }
        Awaitility.await().pollDelay(QUIET).until(() -> true); // for what may come after it
        boolean again = Math.max(count(device, OLDER), count(device, NEWER)) > 1;
        (again ? oftener : once).incrementAndGet();
        if (again && acknowledged) {
            oftenerThoughAcknowledged.incrementAndGet();
        }
        List<byte[]> order = List.copyOf(device.received.get(Topics.desired(device.id)));
        if (!Arrays.equals(order.get(order.size() - 1), NEWER)) {
            olderAfterNewer.incrementAndGet();
        }
    }

    private boolean awaitNewest(String name, TestDevice device) {
        try {
            Awaitility.await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> count(device, NEWER) > 0);
            return true;
        } catch (ConditionTimeoutException e) {
            lost.add(name);
            return false;
        }
    }

    private static long count(TestDevice device, byte[] payload) {
        var got = device.received.get(Topics.desired(device.id));
        return got == null
                ? 0
                : got.stream().filter(m -> Arrays.equals(m, payload)).count();
    }

    @Override
    public String toString() {
        return "each state came at most once to " + once + ", one of them more than once to " + oftener + " (of which "
                + oftenerThoughAcknowledged + " had their subscription acknowledged before), the newest never to "
                + lost
                + "; the older one came after it to " + olderAfterNewer;
    }
}
