package dev.edgewright.common.error;

import dev.edgewright.common.error.EdgewrightException.Kind;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A stable name for one way in which something can go wrong, and whose business it is to act on it.
 *
 * @param name upper snake case, at most 64 characters; the same word in logs, reports and REST problems
 * @param kind who can do something about it
 */
public record ErrorCode(String name, Kind kind) {

    private static final Pattern SHAPE = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

    public ErrorCode {
        Objects.requireNonNull(kind, "kind");
        if (!SHAPE.matcher(name).matches()) {
            throw new IllegalArgumentException("an error code is UPPER_SNAKE, at most 64 characters: " + name);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
