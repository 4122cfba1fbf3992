package dev.edgewright.agent.telemetry;

import dev.edgewright.common.protocol.v1.TelemetryWindow;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Samples power every second and hands over a window every interval, on a thread of its own. */
public final class TelemetryService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TelemetryService.class);
    private static final long SAMPLE_MILLIS = 1000;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "telemetry");
        thread.setDaemon(true);
        return thread;
    });

    private TelemetryService() {}

    /** @param publish gets each window; what it throws costs that window only */
    public static TelemetryService start(
            TelemetryCollector collector, Duration interval, Consumer<TelemetryWindow> publish) {
        TelemetryService service = new TelemetryService();
        long millis = interval.toMillis();
        service.every(Math.min(millis, SAMPLE_MILLIS), collector::sample);
        service.every(millis, () -> publish.accept(collector.next()));
        return service;
    }

    private void every(long millis, Runnable task) {
        timer.scheduleAtFixedRate(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.atWarn().setCause(e).log("a telemetry window was lost");
                    }
                },
                millis,
                millis,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
