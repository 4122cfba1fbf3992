package dev.edgewright.agent.update;

import java.util.Map;
import java.util.TreeMap;

/** Messages refused since boot: how many of each code, and the last. */
final class Rejections {

    private final Map<String, Long> byCode = new TreeMap<>();
    private long total;
    private String last = "";

    void add(String code, String detail) {
        byCode.merge(code, 1L, Long::sum);
        total++;
        last = new Failure(code, code + ": " + detail).message();
    }

    long total() {
        return total;
    }

    /** Code and detail; empty when nothing was refused. */
    String last() {
        return last;
    }

    Map<String, Long> byCode() {
        return Map.copyOf(byCode);
    }
}
