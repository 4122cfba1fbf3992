package dev.edgewright.common.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.common.protocol.v1.Sketch;
import dev.edgewright.common.telemetry.NativeBuckets.Bucket;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LatencySketchTest {

    @Property(tries = 300)
    void a_quantile_is_within_one_bucket_of_the_sample_with_that_rank(
            @ForAll @Size(min = 1, max = 400) List<@DoubleRange(min = 1e-7, max = 1000) @Scale(9) Double> samples,
            @ForAll @DoubleRange(max = 1) @Scale(4) double q) {
        double[] sorted = samples.stream().mapToDouble(d -> d).sorted().toArray();
        double exact = sorted[(int) Math.max(0, Math.ceil(q * sorted.length) - 1)];
        double factor = of(sorted).quantile(q) / exact;
        assertThat(factor).isBetween(1 / LatencySketch.QUANTILE_FACTOR - 1e-12, LatencySketch.QUANTILE_FACTOR + 1e-12);
    }

    @Property(tries = 200)
    void merging_in_any_order_equals_recording_in_one_sketch(
            @ForAll @Size(max = 60) List<@DoubleRange(max = 100) @Scale(6) Double> a,
            @ForAll @Size(max = 60) List<@DoubleRange(max = 100) @Scale(6) Double> b,
            @ForAll @Size(max = 60) List<@DoubleRange(max = 100) @Scale(6) Double> c) {
        LatencySketch one = new LatencySketch();
        List.of(a, b, c).forEach(part -> part.forEach(one::record));
        LatencySketch leftFirst = merged(merged(of(a), of(b)), of(c));
        LatencySketch rightFirst = merged(of(a), merged(of(c), of(b)));
        for (LatencySketch merged : List.of(leftFirst, rightFirst)) {
            assertThat(withoutSum(merged)).isEqualTo(withoutSum(one));
            assertThat(merged.sum()).isCloseTo(one.sum(), within(1e-9 * (1 + one.sum())));
        }
    }

    @Property(tries = 200)
    void the_wire_form_brings_back_the_same_sketch(
            @ForAll @Size(max = 100) List<@DoubleRange(max = 1e9) Double> samples) {
        Sketch wire = of(samples).toProto();
        assertThat(LatencySketch.fromProto(wire).toProto()).isEqualTo(wire);
    }

    @Property(tries = 500)
    void every_value_lies_within_the_bounds_of_its_bucket(@ForAll double any) {
        double value = Math.abs(any);
        if (value == 0 || !Double.isFinite(value)) {
            return;
        }
        int index = BucketScale.indexOf(value);
        assertThat(value).isGreaterThan(BucketScale.upperBound(index - 1, 3));
        assertThat(value).isLessThanOrEqualTo(BucketScale.upperBound(index, 3));
    }

    /** Powers of two are bounds at every schema, and a bound belongs to the bucket below it, as in Prometheus. */
    @Test
    void bounds_are_those_of_prometheus() {
        assertThat(BucketScale.indexOf(1.0)).isEqualTo(0);
        assertThat(BucketScale.indexOf(Math.nextUp(1.0))).isEqualTo(1);
        assertThat(BucketScale.indexOf(2.0)).isEqualTo(8);
        assertThat(BucketScale.indexOf(0.5)).isEqualTo(-8);
        assertThat(BucketScale.indexOf(Double.MIN_VALUE)).isEqualTo(-1074 * 8);
        assertThat(BucketScale.indexOf(Double.MAX_VALUE)).isEqualTo(1024 * 8);
        double[] prometheusBounds = {
            0.5,
            0.5452538663326288,
            0.5946035575013605,
            0.6484197773255048,
            0.7071067811865475,
            0.7711054127039704,
            0.8408964152537144,
            0.9170040432046711
        };
        for (int i = 0; i < 8; i++) {
            assertThat(BucketScale.upperBound(i - 8, 3)).isCloseTo(prometheusBounds[i], within(2e-16));
        }
    }

    @Test
    void native_buckets_hold_every_observation() {
        NativeBuckets buckets = of(0, 1, 1.05, 1.05, 4).nativeBuckets();
        assertThat(buckets.schema()).isEqualTo(3);
        assertThat(buckets.zeroCount()).isEqualTo(1);
        assertThat(buckets.buckets()).containsExactly(new Bucket(0, 1), new Bucket(1, 2), new Bucket(16, 1));
    }

    @Test
    void classic_buckets_are_cumulative_and_exact_at_powers_of_two() {
        LatencySketch sketch = of(0, 0.001, 0.25, 0.3, 0.5, 0.6, 7);
        assertThat(sketch.classicCumulative(new double[] {0.25, 0.5, 1, Double.POSITIVE_INFINITY}))
                .containsExactly(3, 5, 6, 7);
    }

    @Test
    void a_finer_sketch_from_elsewhere_becomes_schema_3() {
        Sketch finer = Sketch.newBuilder()
                .setSchema(5)
                .setCount(4)
                .setSum(5)
                .setOffset(1)
                .addGaps(0)
                .addGaps(2)
                .addGaps(0)
                .addCounts(1)
                .addCounts(2)
                .addCounts(1)
                .setMin(1.01)
                .setMax(1.1)
                .build();
        assertThat(LatencySketch.fromProto(finer).nativeBuckets().buckets())
                .containsExactly(new Bucket(1, 3), new Bucket(2, 1));
    }

    @Test
    void merging_with_a_coarser_sketch_makes_both_coarse() {
        Sketch coarse = Sketch.newBuilder()
                .setSchema(0)
                .setCount(1)
                .setSum(3)
                .setOffset(2)
                .addGaps(0)
                .addCounts(1)
                .setMin(3)
                .setMax(3)
                .build();
        LatencySketch sketch = of(1.5, 3.5);
        sketch.merge(LatencySketch.fromProto(coarse));
        assertThat(sketch.nativeBuckets().schema()).isZero();
        assertThat(sketch.nativeBuckets().buckets()).containsExactly(new Bucket(1, 1), new Bucket(2, 2));
        sketch.record(1.2);
        assertThat(sketch.nativeBuckets().buckets()).containsExactly(new Bucket(1, 2), new Bucket(2, 2));
    }

    @Test
    void what_is_no_latency_is_refused() {
        for (double wrong : new double[] {-1e-9, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new LatencySketch().record(wrong)).hasMessageContaining("is no latency");
        }
    }

    @Test
    void an_empty_sketch_answers_zero() {
        LatencySketch empty = new LatencySketch();
        assertThat(empty.quantile(0.99)).isZero();
        assertThat(empty.mean()).isZero();
        assertThat(empty.min()).isZero();
        assertThat(empty.toProto().getCountsCount()).isZero();
    }

    /** Log-normal latencies around 5 ms with a spread of 20 %; the numbers are those of docs/protocol.md. */
    @Test
    void a_window_is_a_few_dozen_bytes_on_the_wire() {
        assertThat(List.of(wireBytes(10), wireBytes(1_000), wireBytes(10_000))).containsExactly(52, 77, 88);
    }

    private static int wireBytes(int samples) {
        Random random = new Random(1);
        LatencySketch sketch = new LatencySketch();
        for (int n = 0; n < samples; n++) {
            sketch.record(0.005 * Math.exp(0.2 * random.nextGaussian()));
        }
        return sketch.toProto().getSerializedSize();
    }

    private static LatencySketch of(double... samples) {
        LatencySketch sketch = new LatencySketch();
        DoubleStream.of(samples).forEach(sketch::record);
        return sketch;
    }

    private static LatencySketch of(List<Double> samples) {
        return of(samples.stream().mapToDouble(d -> d).toArray());
    }

    private static LatencySketch merged(LatencySketch a, LatencySketch b) {
        a.merge(b);
        return a;
    }

    private static Sketch withoutSum(LatencySketch sketch) {
        return sketch.toProto().toBuilder().clearSum().build();
    }
}
