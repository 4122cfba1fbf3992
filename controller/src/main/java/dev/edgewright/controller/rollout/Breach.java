package dev.edgewright.controller.rollout;

/**
 * A gate that is broken, for one variant on one hardware class, for one variant on all, or for the whole rollout.
 *
 * @param group see {@link #groupOf}; the name of the variant alone for all classes together; empty for the whole rollout
 * @param level how bad it is, as {@link Gate} says
 * @param words the gate, the numbers and the limit
 */
public record Breach(Gate gate, String group, double level, String words) {

    /** Of everything together. */
    static final String WHOLE = "";

    /** Name of a variant on a hardware class. */
    static String groupOf(Target target) {
        return target.variant() + " on " + target.hardwareClass();
    }

    /** True when the devices of this breach's group include that one. */
    boolean covers(Target target) {
        return group.equals(groupOf(target)) || group.equals(target.variant());
    }
}
