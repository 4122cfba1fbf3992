package dev.edgewright.agent.device;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Probe;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Copies a buffer larger than most caches. Its work is the bytes read plus the bytes written, by all threads together. */
final class MemoryProbe {
    private final ProbeSettings settings;

    MemoryProbe(ProbeSettings settings) {
        this.settings = settings;
    }

    Probe run(int threads) {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> copies = new ArrayList<>();
            int share = settings.copyBytes() / threads;
            for (int i = 0; i < threads; i++) {
                ByteBuffer from = ByteBuffer.allocateDirect(share);
                ByteBuffer to = ByteBuffer.allocateDirect(share);
                copies.add(() -> {
                    to.clear().put(from.clear());
                    return null;
                });
            }
            Timing timing = Timing.measure(settings, () -> {
                for (Future<Void> copy : workers.invokeAll(copies)) {
                    copy.get();
                }
            });
            return timing.describe(Probe.newBuilder()
                            .setKernel("memory_copy")
                            .setSize("large")
                            .setThreads(threads)
                            .setWork(2.0 * share * threads))
                    .build();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw EdgewrightException.transient_("PROBE_INTERRUPTED", "the memory probe was interrupted", e);
        } catch (ExecutionException e) {
            throw EdgewrightException.bug("PROBE_FAILED", "copying memory failed: " + e.getCause(), e);
        } catch (Exception e) {
            throw EdgewrightException.bug("PROBE_FAILED", "copying memory failed: " + e, e);
        } finally {
            workers.shutdown();
        }
    }
}
