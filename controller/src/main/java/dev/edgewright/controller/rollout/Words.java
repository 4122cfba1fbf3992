package dev.edgewright.controller.rollout;

import java.util.Locale;

/** Numbers in sentences, the same in every locale. */
final class Words {

    private Words() {}

    static String of(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** {@code 1 device}, {@code 5 devices}. */
    static String devices(int count) {
        return count == 1 ? "1 device" : count + " devices";
    }
}
