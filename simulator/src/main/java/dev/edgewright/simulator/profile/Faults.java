package dev.edgewright.simulator.profile;

import dev.edgewright.common.config.ConfigReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Which share of the devices has which fault; a device has one at most, so the shares add up to no more than 1. */
public record Faults(
        Share verifying, Share probing, Share silent, SlowLink slowLink, Regression regress, Errors errors) {

    /** A share of the devices, 0..1. */
    public record Share(double share) {
        public Share {
            within("share", share);
        }
    }

    /** @param kilobytesPerSecond that the link carries, in units of 1000 bytes */
    public record SlowLink(double share, double kilobytesPerSecond) {
        public SlowLink {
            within("share", share);
            if (!(kilobytesPerSecond > 0)) {
                throw new IllegalArgumentException("kilobytes-per-second has to be above 0");
            }
        }
    }

    /** @param factor that latencies grow by; 1.3 is 30 % slower */
    public record Regression(double share, double factor) {
        public Regression {
            within("share", share);
            if (!(factor > 0 && factor <= 1000)) {
                throw new IllegalArgumentException("factor has to be above 0 and at most 1000");
            }
        }
    }

    /** @param ratio of requests that are answered with an error, 0..1 */
    public record Errors(double share, double ratio) {
        public Errors {
            within("share", share);
            within("ratio", ratio);
        }
    }

    public static final Faults NONE = new Faults(
            new Share(0), new Share(0), new Share(0), new SlowLink(0, 64), new Regression(0, 1.5), new Errors(0, 0.1));

    public Faults {
        double sum = verifying.share()
                + probing.share()
                + silent.share()
                + slowLink.share()
                + regress.share()
                + errors.share();
        if (sum > 1 + 1e-9) {
            throw new IllegalArgumentException("the shares of all faults add up to " + sum + ", more than 1");
        }
    }

    /** Reads a file; keys are the components in kebab case. Throws as {@link ConfigReader} does. */
    public static Faults load(Path file) {
        return ConfigReader.of(NONE).file(file).read();
    }

    /** As {@link #load}; {@code where} names the text in messages. */
    public static Faults parse(String text, String where) {
        return ConfigReader.of(NONE).yaml(text, where).read();
    }

    /** The fault of each device: as many of each as the shares say, rounded, in an order that the seed decides. */
    public List<Fault> assign(int devices, long seed) {
        List<Fault> all = new ArrayList<>(devices);
        add(all, Fault.FAILS_VERIFYING, verifying.share(), devices);
        add(all, Fault.FAILS_PROBING, probing.share(), devices);
        add(all, Fault.SILENT, silent.share(), devices);
        add(all, Fault.SLOW_LINK, slowLink.share(), devices);
        add(all, Fault.REGRESSES, regress.share(), devices);
        add(all, Fault.ANSWERS_ERRORS, errors.share(), devices);
        add(all, Fault.NONE, 1, devices);
        Collections.shuffle(all, new Random(seed));
        return List.copyOf(all);
    }

    private static void add(List<Fault> all, Fault fault, double share, int devices) {
        long wanted = Math.min(Math.round(share * devices), devices - all.size());
        for (long i = 0; i < wanted; i++) {
            all.add(fault);
        }
    }

    private static void within(String key, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(key + " has to be from 0 to 1, this is " + value);
        }
    }
}
