package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import java.util.OptionalDouble;

/**
 * When a rollout has to stop. Ratios are shares in 0..1; comparisons are against the same devices' own baseline.
 *
 * @param maxFailureRatio of the devices of a wave; one more and the wave stops
 * @param minSuccessRatio of the devices of a wave that must have committed before the next wave begins
 * @param maxSlowdown p95 after divided by p95 before, 1.2 is 20 % slower
 * @param maxEnergyRatio joules per inference after divided by before
 * @param maxMemoryRatio largest resident memory of the device's process after divided by before; a leak passes it in time
 * @param maxErrorRatio of requests after the switch, beyond what the device had before
 * @param minAgreement with the expected answers, as devices measured it while probing, and of live answers with those of the variant before
 * @param liveSample share of the requests that devices of the first wave answer with the variant before as well, when there is a {@code
 *     minAgreement}; 0 for none
 * @param minRequests a device with fewer requests on either side does not count in a comparison
 * @param minDevices a comparison with fewer devices gives no verdict
 * @param confidence of the bound that has to pass a limit before it counts as broken, for example 0.95
 * @param onBreach what to do then
 * @param scope what a breach of one variant on one hardware class stops
 */
public record GatePolicy(
        double maxFailureRatio,
        double minSuccessRatio,
        OptionalDouble maxSlowdown,
        OptionalDouble maxEnergyRatio,
        OptionalDouble maxMemoryRatio,
        OptionalDouble maxErrorRatio,
        OptionalDouble minAgreement,
        double liveSample,
        long minRequests,
        int minDevices,
        double confidence,
        OnBreach onBreach,
        Scope scope) {

    /** What a breach does. */
    public enum OnBreach {
        HOLD,
        REVERT
    }

    /** What a breach of one variant on one hardware class stops. */
    public enum Scope {
        ROLLOUT,
        VARIANT_AND_CLASS
    }

    public static final GatePolicy DEFAULT = new GatePolicy(
            0.2,
            0,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            0.5,
            50,
            1,
            0.95,
            OnBreach.HOLD,
            Scope.ROLLOUT);

    public GatePolicy {
        share("maxFailureRatio", maxFailureRatio);
        share("minSuccessRatio", minSuccessRatio);
        atLeast("maxSlowdown", maxSlowdown, 1);
        atLeast("maxEnergyRatio", maxEnergyRatio, 1);
        // A rollout that an older controller stored has no such gate.
        maxMemoryRatio = maxMemoryRatio == null ? OptionalDouble.empty() : maxMemoryRatio;
        atLeast("maxMemoryRatio", maxMemoryRatio, 1);
        maxErrorRatio.ifPresent(v -> share("maxErrorRatio", v));
        minAgreement.ifPresent(v -> share("minAgreement", v));
        share("liveSample", liveSample);
        if (minRequests < 1 || minDevices < 1) {
            throw EdgewrightException.caller("GATE_INVALID", "minRequests and minDevices must be at least 1");
        }
        if (!(confidence >= 0.5 && confidence < 1)) {
            throw EdgewrightException.caller("GATE_INVALID", "confidence must be in 0.5..1, 1 excluded: " + confidence);
        }
    }

    /** The default with another failure limit. */
    public static GatePolicy failures(double maxFailureRatio) {
        return DEFAULT.withFailures(maxFailureRatio, 0);
    }

    public GatePolicy withFailures(double maxFailures, double minSuccess) {
        return new GatePolicy(
                maxFailures,
                minSuccess,
                maxSlowdown,
                maxEnergyRatio,
                maxMemoryRatio,
                maxErrorRatio,
                minAgreement,
                liveSample,
                minRequests,
                minDevices,
                confidence,
                onBreach,
                scope);
    }

    public GatePolicy onBreach(OnBreach action, Scope what) {
        return new GatePolicy(
                maxFailureRatio,
                minSuccessRatio,
                maxSlowdown,
                maxEnergyRatio,
                maxMemoryRatio,
                maxErrorRatio,
                minAgreement,
                liveSample,
                minRequests,
                minDevices,
                confidence,
                action,
                what);
    }

    private static void share(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw EdgewrightException.caller(
                    "GATE_INVALID", name + " is a share and must be in 0..1, for example 0.1 for 10 %: " + value);
        }
    }

    private static void atLeast(String name, OptionalDouble value, double least) {
        if (value.isPresent() && !(value.getAsDouble() >= least)) {
            throw EdgewrightException.caller(
                    "GATE_INVALID", name + " is a factor and must be at least " + least + ": " + value.getAsDouble());
        }
    }
}
