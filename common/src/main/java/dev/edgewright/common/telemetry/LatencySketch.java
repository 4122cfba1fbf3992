package dev.edgewright.common.telemetry;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Sketch;
import dev.edgewright.common.telemetry.NativeBuckets.Bucket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Latencies of a window in a few dozen bytes: a sparse histogram whose buckets are those of Prometheus' native histograms at schema
 * 3, eight to a power of two. So sketches of any windows and devices merge exactly, in any order, and a quantile is off by at most
 * the width of one bucket, a factor of 2^(1/8) ≈ 1.0905. Mutable, not thread-safe.
 */
public final class LatencySketch {

    /** Eight buckets to a power of two. */
    public static final int SCHEMA = 3;

    /** Seconds, about a nanosecond; what is not above it counts as zero. */
    public static final double ZERO_THRESHOLD = 0x1p-30;

    /** The largest factor between a quantile of the sketch and the same quantile of the samples. */
    public static final double QUANTILE_FACTOR = Math.pow(2, 0.125);

    private int schema = SCHEMA;
    private long[] counts = new long[0];
    private int firstIndex;
    private long zeroCount;
    private long count;
    private double sum;
    private double min = Double.POSITIVE_INFINITY;
    private double max;

    /** Takes one latency; throws a bug {@code LATENCY_INVALID} for what cannot be one: negative, NaN, infinite. */
    public void record(double seconds) {
        if (!(seconds >= 0) || seconds == Double.POSITIVE_INFINITY) {
            throw EdgewrightException.bug("LATENCY_INVALID", seconds + " s is no latency");
        }
        if (seconds <= ZERO_THRESHOLD) {
            zeroCount++;
        } else {
            add(BucketScale.coarser(BucketScale.indexOf(seconds), SCHEMA - schema), 1);
        }
        count++;
        sum += seconds;
        min = Math.min(min, seconds);
        max = Math.max(max, seconds);
    }

    /** Takes all that the other sketch holds. Where the other is coarser, this one becomes as coarse. */
    public void merge(LatencySketch other) {
        if (other.count == 0) {
            return;
        }
        coarsenTo(other.schema);
        int steps = other.schema - schema;
        for (int i = 0; i < other.counts.length; i++) {
            if (other.counts[i] != 0) {
                add(BucketScale.coarser(other.firstIndex + i, steps), other.counts[i]);
            }
        }
        zeroCount += other.zeroCount;
        count += other.count;
        sum += other.sum;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
    }

    public long count() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Seconds. */
    public double sum() {
        return sum;
    }

    /** Seconds; 0 where nothing was recorded. */
    public double mean() {
        return count == 0 ? 0 : sum / count;
    }

    /** The smallest latency itself, in seconds; 0 where nothing was recorded. */
    public double min() {
        return count == 0 ? 0 : min;
    }

    /** The largest latency itself, in seconds; 0 where nothing was recorded. */
    public double max() {
        return max;
    }

    /**
     * The latency that the fraction {@code q} of all stays at or below, in seconds; 0 where nothing was recorded. It is in the bucket
     * of the sample with rank ⌈q·count⌉, placed by its rank on a logarithmic scale, and never outside of [min, max].
     */
    public double quantile(double q) {
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("a quantile is asked for with 0..1, not " + q);
        }
        if (count == 0) {
            return 0;
        }
        double rank = Math.max(1, Math.ceil(q * count));
        if (rank <= zeroCount) {
            return min;
        }
        double below = zeroCount;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0 && rank <= below + counts[i]) {
                double lower = BucketScale.upperBound(firstIndex + i - 1, schema);
                double upper = BucketScale.upperBound(firstIndex + i, schema);
                double place = (rank - below) / counts[i];
                return Math.min(max, Math.max(min, lower * Math.pow(upper / lower, place)));
            }
            below += counts[i];
        }
        return max;
    }

    /** The wire form. */
    public Sketch toProto() {
        Sketch.Builder sketch = Sketch.newBuilder()
                .setSchema(schema)
                .setCount(count)
                .setSum(sum)
                .setZeroCount(zeroCount)
                .setMin(min())
                .setMax(max);
        int last = -1;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] == 0) {
                continue;
            }
            if (last < 0) {
                sketch.setOffset(firstIndex + i).addGaps(0);
            } else {
                sketch.addGaps(i - last - 1);
            }
            sketch.addCounts(counts[i]);
            last = i;
        }
        return sketch.build();
    }

    /** From the wire form, after the codec took it; one finer than schema 3 is made as coarse as that. */
    public static LatencySketch fromProto(Sketch proto) {
        LatencySketch sketch = new LatencySketch();
        sketch.schema = Math.min(SCHEMA, proto.getSchema());
        int steps = proto.getSchema() - sketch.schema;
        int index = proto.getOffset();
        for (int i = 0; i < proto.getCountsCount(); i++) {
            index += proto.getGaps(i) + (i == 0 ? 0 : 1);
            sketch.add(BucketScale.coarser(index, steps), proto.getCounts(i));
        }
        sketch.zeroCount = proto.getZeroCount();
        sketch.count = proto.getCount();
        sketch.sum = proto.getSum();
        sketch.min = proto.getCount() == 0 ? Double.POSITIVE_INFINITY : proto.getMin();
        sketch.max = proto.getMax();
        return sketch;
    }

    /** For a native histogram. */
    public NativeBuckets nativeBuckets() {
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                buckets.add(new Bucket(firstIndex + i, counts[i]));
            }
        }
        return new NativeBuckets(schema, ZERO_THRESHOLD, zeroCount, buckets);
    }

    /**
     * For a classic histogram: how many were at or below each bound. Exact for bounds that are powers of 2^(1/8), such as the powers of
     * two; for others, a bucket that the bound cuts through counts as above it.
     *
     * @param bounds seconds, rising; {@code +Inf} may be the last
     */
    public long[] classicCumulative(double[] bounds) {
        long[] cumulative = new long[bounds.length];
        long seen = zeroCount;
        int i = 0;
        for (int b = 0; b < bounds.length; b++) {
            while (i < counts.length && BucketScale.upperBound(firstIndex + i, schema) <= bounds[b]) {
                seen += counts[i++];
            }
            cumulative[b] = seen;
        }
        return cumulative;
    }

    public LatencySketch copy() {
        LatencySketch copy = new LatencySketch();
        copy.schema = schema;
        copy.merge(this);
        return copy;
    }

    @Override
    public String toString() {
        return count + " latencies, p50 " + quantile(0.5) + " s, p95 " + quantile(0.95) + " s, max " + max + " s";
    }

    private void coarsenTo(int coarser) {
        if (coarser >= schema) {
            return;
        }
        long[] fine = counts;
        int fineFirst = firstIndex;
        int steps = schema - coarser;
        counts = new long[0];
        schema = coarser;
        for (int i = 0; i < fine.length; i++) {
            if (fine[i] != 0) {
                add(BucketScale.coarser(fineFirst + i, steps), fine[i]);
            }
        }
    }

    private void add(int index, long n) {
        if (counts.length == 0) {
            counts = new long[16];
            firstIndex = index - 8;
        } else if (index < firstIndex) {
            int room = firstIndex - index + counts.length / 2;
            long[] wider = new long[counts.length + room];
            System.arraycopy(counts, 0, wider, room, counts.length);
            counts = wider;
            firstIndex -= room;
        } else if (index >= firstIndex + counts.length) {
            counts = Arrays.copyOf(counts, index - firstIndex + 1 + counts.length / 2);
        }
        counts[index - firstIndex] += n;
    }
}
