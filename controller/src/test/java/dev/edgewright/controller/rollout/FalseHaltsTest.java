package dev.edgewright.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.controller.selection.Requirement;
import dev.edgewright.controller.telemetry.Usage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Gates over recorded noise: latencies of the example network, one thread, asked twenty times a second for ten minutes, on two cores that
 * dozens of other processes kept busy. Each run takes five canaries, each with its own minute of the recording before the switch and the two
 * minutes right after it; the gates look every five seconds, as they do while a wave soaks.
 */
class FalseHaltsTest {

    private static final int RUNS = 100;
    private static final int DEVICES = 5;
    private static final int BEFORE = 60 * 20;
    private static final int AFTER = 120 * 20;
    private static final int LOOK = 5 * 20;
    private static final ModelName MODEL = ModelName.of("clothes");
    private static final Digest OLD = Digest.of(new byte[] {1});
    private static final Digest NEW = Digest.of(new byte[] {2});
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

    private final double[] noise = recorded();

    /** What each device sent of each variant. */
    private static final class Sent implements GateKeeper.Measurements {
        private final Map<String, LatencySketch> sketches = new HashMap<>();

        void add(DeviceId device, Digest manifest, double ms) {
            sketches.computeIfAbsent(device + manifest.hex(), k -> new LatencySketch())
                    .record(ms / 1000);
        }

        @Override
        public Optional<Usage> usage(DeviceId device, ModelName model, Digest manifest) {
            return Optional.ofNullable(sketches.get(device + manifest.hex()))
                    .map(s -> new Usage(s, s.count(), 0, 0, 0, 0, 0, 1));
        }

        @Override
        public OptionalDouble agreement(DeviceId device, ModelName model, Digest manifest) {
            return OptionalDouble.empty();
        }
    }

    @Test
    void a_good_variant_under_the_noise_of_a_busy_machine_is_seldom_stopped() {
        int halts = halts(1.0);
        System.out.println("false halts: " + halts + " of " + RUNS);
        assertThat(halts).isLessThanOrEqualTo(10);
    }

    @Test
    void a_slower_variant_is_stopped_under_the_same_noise() {
        int halts = halts(1.5);
        System.out.println("halts at 1.5: " + halts + " of " + RUNS + "; at 1.3: " + halts(1.3));
        assertThat(halts).isGreaterThanOrEqualTo(RUNS * 9 / 10);
    }

    private int halts(double factor) {
        int halts = 0;
        for (int run = 0; run < RUNS; run++) {
            halts += stopped(factor, new SplittableRandom(run)) ? 1 : 0;
        }
        return halts;
    }

    private boolean stopped(double factor, SplittableRandom random) {
        var sent = new Sent();
        var gates = new GateKeeper(sent);
        var policy = slowdown(1.2);
        int[] from = new int[DEVICES];
        List<Target> targets = new ArrayList<>();
        for (int d = 0; d < DEVICES; d++) {
            from[d] = random.nextInt(noise.length);
            DeviceId device = DeviceId.of("cam-" + d);
            for (int i = 0; i < BEFORE; i++) {
                sent.add(device, OLD, at(from[d] + i));
            }
            targets.add(watching(device, gates.baseline(device, MODEL, OLD, policy)));
        }
        var rollout = rollout(policy);
        for (int look = 0; look < AFTER / LOOK; look++) {
            for (int d = 0; d < DEVICES; d++) {
                for (int i = 0; i < LOOK; i++) {
                    sent.add(targets.get(d).device(), NEW, factor * at(from[d] + BEFORE + look * LOOK + i));
                }
            }
            if (!gates.breaches(rollout, targets).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private double at(int index) {
        return noise[index % noise.length];
    }

    private static GatePolicy slowdown(double limit) {
        var usual = GatePolicy.DEFAULT;
        return new GatePolicy(
                usual.maxFailureRatio(),
                usual.minSuccessRatio(),
                OptionalDouble.of(limit),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                0,
                usual.minRequests(),
                usual.minDevices(),
                usual.confidence(),
                usual.onBreach(),
                usual.scope());
    }

    static Target watching(DeviceId device, Optional<Baseline> baseline) {
        return Target.planned(device, 0, "int8", NEW, "class", "", NOW)
                .offered(1, Optional.of(OLD), baseline, NOW)
                .in(TargetState.WATCHING, NOW, Optional.empty());
    }

    static Rollout rollout(GatePolicy policy) {
        var request = new RolloutRequest(
                MODEL,
                Optional.of("2"),
                Optional.empty(),
                "auto",
                Requirement.of(OptionalDouble.empty(), OptionalDouble.empty()),
                List.of(),
                policy,
                Pace.DEFAULT,
                Limits.getDefaultInstance(),
                0,
                "test");
        return new Rollout(
                RolloutId.of("ro-1"),
                request,
                RolloutState.RUNNING,
                "",
                List.of(Wave.planned(0, DEVICES, false)),
                0,
                Set.of(),
                NOW,
                NOW,
                0,
                Verdicts.NONE);
    }

    private static double[] recorded() {
        try (var in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(FalseHaltsTest.class.getResourceAsStream("serving-noise.txt.gz")),
                StandardCharsets.US_ASCII))) {
            return in.lines().mapToDouble(Double::parseDouble).toArray();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
