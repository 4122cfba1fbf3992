package dev.edgewright.controller.fleet;

import dev.edgewright.common.protocol.v1.DeviceFacts;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Name of the set of devices that run a model alike: same architecture, processor, threads, memory step and instruction
 * sets. Short and printable, because it labels metrics: {@code x86_64/xeon-platinum-8481c/2t/2g/avx2+avx512_vnni}.
 */
public record HardwareClass(String value) {

    private static final Pattern NOISE = Pattern.compile("\\((r|tm)\\)|@.*|\\bcpu\\b|\\bprocessor\\b");
    private static final Pattern UNPRINTABLE = Pattern.compile("[^a-z0-9_.]+");
    private static final Pattern EDGES = Pattern.compile("^-|-$");
    /** A class is asked for with every message of every device, and a fleet has few kinds of processors. */
    private static final Map<String, String> SLUGS = new ConcurrentHashMap<>();

    private static final int REMEMBERED_SLUGS = 4096;

    public static final HardwareClass UNKNOWN = new HardwareClass("unknown");

    public HardwareClass {
        Objects.requireNonNull(value, "value");
    }

    /** The class of a device with these facts; {@link #UNKNOWN} for facts that name no architecture. */
    public static HardwareClass of(DeviceFacts facts) {
        if (facts.getArch().isEmpty()) {
            return UNKNOWN;
        }
        int threads = facts.getIntraOpThreads() > 0 ? facts.getIntraOpThreads() : facts.getCores();
        var parts = new ArrayList<String>();
        parts.add(slug(facts.getArch()));
        parts.add(slug(facts.getCpuModel()));
        parts.add(threads + "t");
        parts.add(memoryStep(facts.getRamBytes()));
        parts.add(String.join("+", new TreeSet<>(facts.getIsaList())));
        return new HardwareClass(String.join("/", parts));
    }

    /** Memory rounded to the nearest power of two, so that a few reserved megabytes make no new class. */
    private static String memoryStep(long bytes) {
        long mib = Math.max(1, bytes >> 20);
        long step = 1L << Math.round(Math.log(mib) / Math.log(2));
        return step >= 1024 ? (step >> 10) + "g" : step + "m";
    }

    private static String slug(String text) {
        String known = SLUGS.get(text);
        if (known != null) {
            return known;
        }
        var lower = NOISE.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ");
        var dashed = UNPRINTABLE.matcher(lower.trim()).replaceAll("-");
        var slug = EDGES.matcher(dashed).replaceAll("");
        var bounded = slug.length() > 40 ? slug.substring(0, 40) : slug;
        if (SLUGS.size() < REMEMBERED_SLUGS) {
            SLUGS.put(text, bounded);
        }
        return bounded;
    }

    @Override
    public String toString() {
        return value;
    }
}
