package dev.edgewright.simulator.fleet;

import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import dev.edgewright.simulator.device.VirtualDevice;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Devices on a broker. As many event loops carry the connections, and as many lanes the devices, as there are cores; a device has no thread
 * of its own. Connections are opened at a rate, since a broker takes thousands at once badly.
 */
public final class Fleet implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);
    private static final long STEP_MS = 20;
    private static final long CLOSE_SECONDS = 10;

    private final List<Lane> lanes = new ArrayList<>();
    private final List<Seat> seats = new ArrayList<>();
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final ScheduledExecutorService opener = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "simulator-opener");
        made.setDaemon(true);
        return made;
    });
    private final double connectsPerStep;
    private double allowed;
    private int opened;
    private boolean closed;

    /** @param connectsPerSecond connections that are begun in a second */
    public Fleet(List<VirtualDevice> devices, BrokerAddress broker, int cores, int connectsPerSecond, Clock clock) {
        this.connectsPerStep = connectsPerSecond * STEP_MS / 1000.0;
        MqttClientExecutorConfig threads =
                MqttClientExecutorConfig.builder().nettyThreads(cores).build();
        for (int i = 0; i < cores; i++) {
            lanes.add(new Lane(i, clock));
        }
        for (int i = 0; i < devices.size(); i++) {
            Lane lane = lanes.get(i % cores);
            Seat seat = new Seat(devices.get(i), broker, threads, lane, clock, published, lost);
            lane.add(seat);
            seats.add(seat);
        }
    }

    /** Begins to connect and returns at once. */
    public void start() {
        lanes.forEach(Lane::start);
        opener.scheduleAtFixedRate(this::open, 0, STEP_MS, TimeUnit.MILLISECONDS);
    }

    /** What the devices are doing now. */
    public Statistics statistics() {
        Statistics sum = new Statistics(0, 0, 0, Statistics.NONE.states(), 0, 0, published.get(), lost.get(), 0);
        for (Lane lane : lanes) {
            sum = sum.plus(lane.statistics().join());
        }
        return sum;
    }

    /** Every device says that it goes offline and disconnects. A second time does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        opener.shutdownNow();
        try {
            CompletableFuture.allOf(lanes.stream().map(Lane::closeSeats).toArray(CompletableFuture[]::new))
                    .get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().addKeyValue("after_s", CLOSE_SECONDS).setCause(e).log("not every device said goodbye");
        }
        lanes.forEach(Lane::stop);
    }

    private void open() {
        allowed = Math.min(allowed + connectsPerStep, Math.max(1, connectsPerStep * 5));
        while (allowed >= 1 && opened < seats.size()) {
            seats.get(opened++).connect();
            allowed--;
        }
    }
}
