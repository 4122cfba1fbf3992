package dev.edgewright.controller.selection;

import java.util.Locale;

/** What the best variant has the least, or the most, of. */
public enum Objective {
    /** Median milliseconds of one run; within 2 % the more accurate, then the smaller. */
    LATENCY("minimise", "latency"),
    /** Net joules of one run; where no energy is known of the class, latency stands for it. */
    ENERGY("minimise", "energy"),
    /** Bytes of the graph file; the only one for which a variant may be slower than the original. */
    SIZE("minimise", "size"),
    /** The metric on the model's own data; equal ones by latency. */
    ACCURACY("maximise", "accuracy");

    private final String verb;
    private final String word;

    Objective(String verb, String word) {
        this.verb = verb;
        this.word = word;
    }

    /** "minimise" or "maximise", as a deployment file says it. */
    public String verb() {
        return verb;
    }

    public String word() {
        return word;
    }

    @Override
    public String toString() {
        return verb + " " + word.toLowerCase(Locale.ROOT);
    }
}
