package dev.edgewright.controller.selection;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.OperatorTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What trials measured, kept over restarts; read often, written seldom. */
public interface TrialMeasurements {

    /**
     * One candidate on one device.
     *
     * @param p95Ms 0 when it was not timed
     * @param sigma of the logarithm of the median
     * @param joules net, of one run; 0 unknown
     * @param memoryBytes that loading and running it took; 0 unknown
     * @param out code and words of why it went out; empty when it is good
     */
    record Measurement(
            String deviceClass,
            Digest manifest,
            DeviceId device,
            String trial,
            double p50Ms,
            double sigma,
            double p95Ms,
            double joules,
            long memoryBytes,
            int runs,
            Optional<String> out,
            List<OperatorMicros> operators,
            Instant at) {
        public Measurement {
            operators = List.copyOf(operators);
        }
    }

    /** As {@link OperatorTime}, in a form that a store can write. */
    record OperatorMicros(String name, String input, int calls, double micros) {
        OperatorTime toProto() {
            return OperatorTime.newBuilder()
                    .setName(name)
                    .setInput(input)
                    .setCalls(calls)
                    .setMicros(micros)
                    .build();
        }
    }

    /** Newest of each device and variant. */
    List<Measurement> all();

    /** Replaces what the device measured of the variant before. */
    void put(Measurement measurement);
}
