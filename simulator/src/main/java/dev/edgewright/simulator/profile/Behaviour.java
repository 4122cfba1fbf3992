package dev.edgewright.simulator.profile;

import dev.edgewright.common.protocol.v1.Manifest;
import java.time.Duration;

/**
 * How a variant behaves on every device that runs it.
 *
 * @param slower factor on latencies; 1.3 is 30 % slower
 * @param wrong share of inputs that are answered otherwise than the original would, 0..1
 * @param errors share of requests that are answered with an error, 0..1
 * @param joules factor on the energy of an inference
 * @param leakMbPerMinute memory that the process grows by while the variant serves; beyond the device's memory it is killed
 * @param crashesAfter a process that serves the variant for this long dies and starts anew; 0 for never
 */
public record Behaviour(
        double slower, double wrong, double errors, double joules, double leakMbPerMinute, Duration crashesAfter) {

    /** As the original. */
    public static final Behaviour GOOD = new Behaviour(1, 0, 0, 1, 0, Duration.ZERO);

    public Behaviour {
        if (!(slower > 0 && slower <= 1000 && joules > 0 && joules <= 1000)) {
            throw new IllegalArgumentException("slower and joules are factors, above 0 and at most 1000");
        }
        if (!(wrong >= 0 && wrong <= 1 && errors >= 0 && errors <= 1)) {
            throw new IllegalArgumentException("wrong and errors are shares, from 0 to 1");
        }
        if (!(leakMbPerMinute >= 0) || crashesAfter.isNegative()) {
            throw new IllegalArgumentException("leak-mb-per-minute and crashes-after cannot be below 0");
        }
    }

    /** Whether a word names what the manifest is of: its variant, version, {@code model/version}, or an entry of its lineage. */
    static boolean names(String word, Manifest manifest) {
        return word.equals(manifest.getVariant())
                || word.equals(manifest.getVersion())
                || word.equals(manifest.getModel() + "/" + manifest.getVersion())
                || word.equals(manifest.getModel() + "/" + manifest.getVersion() + "/" + manifest.getVariant())
                || manifest.getLineageList().contains(word);
    }
}
