package dev.edgewright.compression.quantize;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.calibration.Calibrator;
import dev.edgewright.compression.calibration.Range;
import java.util.LinkedHashMap;
import java.util.Map;

/** The scale and zero point of every quantised value; values joined by movers share theirs. */
final class Parameters {

    private final Map<String, ActivationParameters> bySource;
    private final Plan plan;

    private Parameters(Map<String, ActivationParameters> bySource, Plan plan) {
        this.bySource = bySource;
        this.plan = plan;
    }

    static Parameters of(Plan plan, ActivationStatistics statistics, Calibrator calibrator) {
        Map<String, Unit> producers = new LinkedHashMap<>();
        plan.units().forEach(unit -> producers.put(unit.output(), unit));
        Map<String, ActivationParameters> parameters = new LinkedHashMap<>();
        for (String value : plan.quantizedValues()) {
            String source = plan.source(value);
            parameters.computeIfAbsent(source, key -> one(key, producers.get(key), statistics, calibrator));
        }
        return new Parameters(parameters, plan);
    }

    private static ActivationParameters one(
            String value, Unit producer, ActivationStatistics statistics, Calibrator calibrator) {
        Range range = statistics
                .range(value, calibrator)
                .orElseThrow(() ->
                        new CompressionException(Code.PASS_BROKEN, "no statistics were gathered for value " + value));
        if (producer == null || producer.clamp().isEmpty()) {
            return ActivationParameters.covering(range);
        }
        // Behind a Relu or Clip the lowest code must mean zero, or the clamp does not disappear into the kernel.
        return ActivationParameters.within(new Range(0, Math.min(range.high(), producer.upper())), producer.upper());
    }

    ActivationParameters of(String value) {
        return bySource.get(plan.source(value));
    }
}
