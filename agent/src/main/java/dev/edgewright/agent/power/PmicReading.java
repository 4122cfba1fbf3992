package dev.edgewright.agent.power;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what {@code vcgencmd pmic_read_adc} prints on a Raspberry Pi 5: a line for each rail's current, such as
 * {@code VDD_CORE_A current(7)=2.61402000A}, and one for its voltage, {@code VDD_CORE_V volt(15)=0.72103960V}.
 */
final class PmicReading {
    private static final Pattern LINE =
            Pattern.compile("\\s*(\\w+)_([AV])\\s+(?:current|volt)\\(\\d+\\)=([-+0-9.eE]+)[AV]\\s*");

    private PmicReading() {}

    /** Volts times amperes, summed over the rails that have both; empty when none has. */
    static OptionalDouble watts(String output) {
        Map<String, Double> amperes = new HashMap<>();
        Map<String, Double> volts = new HashMap<>();
        for (String line : output.split("\n")) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                try {
                    double value = Double.parseDouble(matcher.group(3));
                    (matcher.group(2).equals("A") ? amperes : volts).put(matcher.group(1), value);
                } catch (NumberFormatException e) {
                    return OptionalDouble.empty();
                }
            }
        }
        amperes.keySet().retainAll(volts.keySet());
        return amperes.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(amperes.entrySet().stream()
                        .mapToDouble(rail -> rail.getValue() * volts.get(rail.getKey()))
                        .sum());
    }
}
