package dev.edgewright.common.protocol;

import dev.edgewright.common.protocol.v1.Sketch;

/** What must hold of a sketch, so that merging it can neither overflow nor lie. */
final class SketchRules {

    /** Bucket index of the largest finite double at schema 0; each step of the schema doubles it. */
    private static final int LARGEST_INDEX_AT_0 = 1024;

    /** And of the smallest. */
    private static final int SMALLEST_INDEX_AT_0 = -1074;

    private SketchRules() {}

    static void sketch(Sketch sketch, Check check) {
        check.unsigned("latency.count", sketch.getCount(), Limits.SKETCH_COUNT);
        check.unsigned("latency.zero_count", sketch.getZeroCount());
        check.notNegative("latency.sum", sketch.getSum());
        check.notNegative("latency.min", sketch.getMin());
        check.notNegative("latency.max", sketch.getMax());
        if (sketch.getSchema() < -4 || sketch.getSchema() > 8) {
            check.refuse(RefusalReason.TOO_HIGH, "latency.schema is " + sketch.getSchema() + ", it goes from -4 to 8");
        }
        check.entries("latency.counts", sketch.getCountsCount(), Limits.SKETCH_BUCKETS);
        if (sketch.getGapsCount() != sketch.getCountsCount()) {
            check.refuse(
                    RefusalReason.CONTRADICTION,
                    "latency has " + sketch.getGapsCount() + " gaps for " + sketch.getCountsCount() + " counts");
        }
        if (!check.refused()) {
            buckets(sketch, check);
        }
    }

    private static void buckets(Sketch sketch, Check check) {
        long index = sketch.getOffset();
        long total = sketch.getZeroCount();
        for (int i = 0; i < sketch.getCountsCount(); i++) {
            index += Integer.toUnsignedLong(sketch.getGaps(i)) + (i == 0 ? 0 : 1);
            long count = sketch.getCounts(i);
            if (count <= 0 || total + count < 0) {
                check.refuse(RefusalReason.NEGATIVE, "latency.counts holds " + count);
                return;
            }
            total += count;
        }
        if (total != sketch.getCount()) {
            check.refuse(
                    RefusalReason.CONTRADICTION,
                    "latency.count is " + sketch.getCount() + ", its buckets hold " + total);
        }
        if (sketch.getCountsCount() > 0
                && (sketch.getGaps(0) != 0
                        || sketch.getOffset() < scaled(SMALLEST_INDEX_AT_0, sketch.getSchema())
                        || index > scaled(LARGEST_INDEX_AT_0, sketch.getSchema()))) {
            check.refuse(RefusalReason.CONTRADICTION, "latency has buckets beyond the range of a double");
        }
        if (sketch.getMin() > sketch.getMax()) {
            check.refuse(RefusalReason.CONTRADICTION, "latency.min is above latency.max");
        }
    }

    private static long scaled(int index, int schema) {
        return schema >= 0 ? (long) index << schema : (index >> -schema) + Integer.signum(index);
    }
}
