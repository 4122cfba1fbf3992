package dev.edgewright.agent.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Tolerance;
import dev.edgewright.common.telemetry.LatencySketch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one variant beside the one that serves, on a sample of the requests, after they were answered. Requests come first: a sample
 * waits in a short queue for a quiet moment, its run ends at the first operator boundary when a request comes, and after a run the lane rests three
 * times as long as it took. What does not fit in is dropped and counted. A request that is sampled pays for a copy of its inputs.
 *
 * <p>A variant is never compared with itself: while it serves, nothing is sampled. Counts are of one variant that served; those of the
 * one before it that were not drained are forgotten.
 */
final class ShadowLane implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ShadowLane.class);
    private static final int QUEUE = 8;
    private static final int TRIES = 3;
    private static final long REST = 3;
    private static final long QUIET_NANOS = 200_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long MOST_BYTES = 16L << 20;
    private static final double USUAL_COSINE = 0.99;

    private record Sample(Map<String, TensorValue> inputs, InferenceResult answer) {}

    private final ServingSession session;
    private final Tolerance tolerance;
    private final double share;
    private final QuietTime quiet;
    private final DoubleSupplier random;
    private final ArrayBlockingQueue<Sample> waiting = new ArrayBlockingQueue<>(QUEUE);
    private final Thread thread;
    private volatile boolean closing;
    private Optional<Digest> served = Optional.empty();
    private long compared;
    private long agreed;
    private long errors;
    private long dropped;
    private double minCosine = Double.NaN;
    private LatencySketch latency = new LatencySketch();
    private LatencySketch activeLatency = new LatencySketch();

    /**
     * @param session belongs to the lane from now on
     * @param share of the requests that is sampled, 0..1
     * @param random uniform in 0..1, from any thread
     */
    ShadowLane(ServingSession session, Tolerance tolerance, double share, QuietTime quiet, DoubleSupplier random) {
        this.session = session;
        this.tolerance = tolerance;
        this.share = share;
        this.quiet = quiet;
        this.random = random;
        this.thread =
                new Thread(this::run, "shadow-" + session.metadata().model().value());
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.start();
    }

    ModelMetadata metadata() {
        return session.metadata();
    }

    /** A request was answered. Called on its thread; costs a copy of the inputs when it is sampled, nothing otherwise. */
    void answered(Map<String, TensorValue> inputs, InferenceResult answer) {
        if (random.getAsDouble() >= share
                || answer.manifest().equals(session.metadata().manifest())) {
            return;
        }
        long bytes =
                inputs.values().stream().mapToLong(v -> v.data().remaining()).sum();
        if (waiting.remainingCapacity() == 0
                || bytes > MOST_BYTES
                || !waiting.offer(new Sample(copied(inputs), answer))) {
            drop(answer);
        }
    }

    private static Map<String, TensorValue> copied(Map<String, TensorValue> inputs) {
        var copies = new LinkedHashMap<String, TensorValue>();
        inputs.forEach((name, value) -> {
            var data = value.data().duplicate();
            var copy = ByteBuffer.allocateDirect(data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
            copy.put(data).flip();
            copies.put(name, new TensorValue(value.datatype(), value.shape(), copy));
        });
        return copies;
    }

    private void run() {
        try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
            while (!closing) {
                Sample sample = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (sample != null && !closing) {
                    long took = runBeside(sample, options);
                    TimeUnit.NANOSECONDS.sleep(REST * took);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("the shadow ends");
        } catch (OrtException e) {
            LOG.atWarn().setCause(e).log("the shadow cannot run");
        } finally {
            session.release();
        }
    }

    /** Nanoseconds that it ran; an interrupted run is begun again a few times. */
    private long runBeside(Sample sample, OrtSession.RunOptions options) throws InterruptedException, OrtException {
        long ran = 0;
        for (int i = 0; i < TRIES; i++) {
            if (!awaitQuiet()) {
                break;
            }
            long arrivals = quiet.arrivals();
            if (!quiet.tryTakeIn(options)) {
                continue;
            }
            long start = System.nanoTime();
            try {
                InferenceResult result = session.runBeside(sample.inputs(), options);
                ran += System.nanoTime() - start;
                if (quiet.arrivals() == arrivals) {
                    compare(sample, result);
                    return ran;
                }
            } catch (OrtException | EdgewrightException e) {
                ran += System.nanoTime() - start;
                if (quiet.arrivals() == arrivals) {
                    failed(sample.answer());
                    return ran;
                }
            } finally {
                quiet.letGo();
            }
        }
        drop(sample.answer());
        return ran;
    }

    private boolean awaitQuiet() throws InterruptedException {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (!quiet.lastedFor(QUIET_NANOS)) {
            if (closing || System.nanoTime() > until) {
                return false;
            }
            TimeUnit.MICROSECONDS.sleep(200);
        }
        return !closing;
    }

    private synchronized void compare(Sample sample, InferenceResult result) {
        countFor(sample.answer());
        boolean same = true;
        for (var output : sample.answer().outputs().entrySet()) {
            TensorValue expected = output.getValue();
            TensorValue got = result.outputs().get(output.getKey());
            boolean floating = switch (expected.datatype()) {
                case FP16, BF16, FP32, FP64 -> true;
                default -> false;
            };
            if (got == null || !floating) {
                same &= expected.equals(got);
                continue;
            }
            if (got.elements() != expected.elements()) {
                same = false;
                continue;
            }
            double[] x = Similarity.doubles(got);
            double[] y = Similarity.doubles(expected);
            double cosine = Similarity.cosine(x, y);
            double counted = Double.isNaN(cosine) ? -1 : cosine;
            minCosine = Double.isNaN(minCosine) ? counted : Math.min(minCosine, counted);
            double least = tolerance.getMinCosine() > 0 ? tolerance.getMinCosine() : USUAL_COSINE;
            same &= tolerance.getRequireSameArgmax()
                    ? Similarity.finite(x) && sameArgmax(x, y, expected.shape())
                    : counted >= least;
        }
        compared++;
        agreed += same ? 1 : 0;
        latency.record(result.seconds());
        activeLatency.record(sample.answer().seconds());
    }

    /** Row by row over the last dimension: each of a batch has to agree. */
    private static boolean sameArgmax(double[] x, double[] y, long[] shape) {
        int width = shape.length == 0 ? 1 : Math.max(1, Math.toIntExact(shape[shape.length - 1]));
        for (int row = 0; row + width <= x.length; row += width) {
            int a = row;
            int b = row;
            for (int i = row; i < row + width; i++) {
                a = x[i] > x[a] ? i : a;
                b = y[i] > y[b] ? i : b;
            }
            if (a != b) {
                return false;
            }
        }
        return true;
    }

    private synchronized void drop(InferenceResult answer) {
        countFor(answer);
        dropped++;
    }

    private synchronized void failed(InferenceResult answer) {
        countFor(answer);
        errors++;
    }

    /** Begins anew when another variant serves than the one that was counted for. */
    private void countFor(InferenceResult answer) {
        if (!served.equals(Optional.of(answer.manifest()))) {
            forget();
            served = Optional.of(answer.manifest());
        }
    }

    private void forget() {
        compared = 0;
        agreed = 0;
        errors = 0;
        dropped = 0;
        minCosine = Double.NaN;
        latency = new LatencySketch();
        activeLatency = new LatencySketch();
    }

    /** What happened since the last call. */
    synchronized ShadowActivity drain() {
        var done = new ShadowActivity(
                session.metadata().model(),
                session.metadata().manifest(),
                served,
                compared,
                agreed,
                errors,
                dropped,
                Double.isNaN(minCosine) ? 0 : minCosine,
                latency,
                activeLatency);
        forget();
        return done;
    }

    /** Ends it; the native session closes when the run at hand is over. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
