package dev.edgewright.controller.rollout;

/**
 * A gate that is broken for one variant on one hardware class.
 *
 * @param group see {@link #groupOf}
 * @param words the gate, the numbers and the limit
 */
public record Breach(String group, String words) {

    /** Name of a variant on a hardware class. */
    static String groupOf(Target target) {
        return target.variant() + " on " + target.hardwareClass();
    }
}
