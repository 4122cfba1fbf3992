package dev.edgewright.common.id;

import dev.edgewright.common.error.EdgewrightException;

/**
 * The alphabet of every name that appears in a topic, a path or a URL: lower-case letters, digits, dot, underscore and hyphen, the
 * first a letter or digit, at most 63 characters. So no name can leave its folder, match a topic wildcard or need escaping.
 */
final class IdAlphabet {

    static final int MAX_LENGTH = 63;

    private IdAlphabet() {}

    static boolean allows(String value) {
        if (value == null || value.isEmpty() || value.length() > MAX_LENGTH || !isAlphanumeric(value.charAt(0))) {
            return false;
        }
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isAlphanumeric(c) && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    static String require(String what, String value) {
        if (!allows(value)) {
            throw EdgewrightException.caller(
                    "ID_INVALID",
                    "not a valid " + what + ": " + shown(value)
                            + "; use a-z, 0-9, '.', '_' and '-', starting with a letter or" + " digit, at most "
                            + MAX_LENGTH + " characters");
        }
        return value;
    }

    /** The value, quoted, cut short and free of control characters, so that it can go into a log line. */
    private static String shown(String value) {
        if (value == null) {
            return "null";
        }
        String head = value.length() > 80 ? value.substring(0, 80) + "…(" + value.length() + " characters)" : value;
        return "'" + head.replaceAll("\\p{Cntrl}", "?") + "'";
    }

    private static boolean isAlphanumeric(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }
}
