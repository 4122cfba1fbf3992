package dev.edgewright.controller.rollout;

import java.util.function.Supplier;

/**
 * What a gate comes to over the devices of one group, broken or not.
 *
 * @param level how it stands, larger for worse, as {@link Gate} says
 * @param words said only when it is broken
 */
record Finding(Gate gate, String group, double level, boolean broken, Supplier<String> words) {

    Breach breach() {
        return new Breach(gate, group, level, group + ": " + words.get());
    }
}
