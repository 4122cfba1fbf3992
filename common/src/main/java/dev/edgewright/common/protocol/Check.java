package dev.edgewright.common.protocol;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.common.protocol.Decoded.Accepted;
import dev.edgewright.common.protocol.Decoded.Refused;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** Looks at the fields of one message and keeps the first thing that is wrong. */
final class Check {

    private static final int MAX_DETAIL = 300;

    private final DeviceId expected;
    private RefusalReason reason;
    private String detail;

    /** @param expected the device of the topic; null for messages that belong to no device */
    Check(DeviceId expected) {
        this.expected = expected;
    }

    <M> Decoded<M> verdict(M message) {
        return reason == null ? new Accepted<>(message) : new Refused<>(reason, detail);
    }

    boolean refused() {
        return reason != null;
    }

    void refuse(RefusalReason why, String what) {
        if (reason == null) {
            reason = why;
            detail = printable(what);
        }
    }

    void device(String value) {
        if (!DeviceId.isValid(value)) {
            refuse(RefusalReason.BAD_ID, "device_id is no valid id, " + value.length() + " characters");
        } else if (expected != null && !expected.value().equals(value)) {
            refuse(RefusalReason.WRONG_DEVICE, "device_id is " + value + " on the topic of " + expected);
        }
    }

    void model(String field, String value) {
        if (!ModelName.isValid(value)) {
            refuse(RefusalReason.BAD_ID, field + " is no valid model name, " + value.length() + " characters");
        }
    }

    void rolloutOrNone(String field, String value) {
        if (!value.isEmpty() && !RolloutId.isValid(value)) {
            refuse(RefusalReason.BAD_ID, field + " is no valid rollout id, " + value.length() + " characters");
        }
    }

    void text(String field, String value) {
        text(field, value, Limits.TEXT);
    }

    void text(String field, String value, int max) {
        if (value.length() > max) {
            refuse(RefusalReason.TOO_LONG, field + " has " + value.length() + " characters, at most " + max);
        }
    }

    void present(String field, boolean there) {
        if (!there) {
            refuse(RefusalReason.MISSING, field + " is missing");
        }
    }

    void bytes(String field, ByteString value, int length) {
        if (value.size() != length) {
            refuse(RefusalReason.BAD_LENGTH, field + " has " + value.size() + " bytes, it takes " + length);
        }
    }

    void digest(String field, ByteString value) {
        bytes(field, value, Digest.LENGTH);
    }

    void digestOrNone(String field, ByteString value) {
        if (!value.isEmpty()) {
            digest(field, value);
        }
    }

    void bootId(ByteString value) {
        bytes("boot_id", value, BootId.LENGTH);
    }

    void entries(String field, int count, int max) {
        if (count > max) {
            refuse(RefusalReason.TOO_MANY, field + " has " + count + " entries, at most " + max);
        }
    }

    void texts(String field, Iterable<String> values, int count, int maxCount, int maxLength) {
        entries(field, count, maxCount);
        if (!refused()) {
            values.forEach(value -> text(field, value, maxLength));
        }
    }

    /** A uint64: the wire allows up to 2^64 - 1, which Java sees as negative, and nothing here needs more than 63 bits. */
    void unsigned(String field, long value) {
        if (value < 0) {
            refuse(RefusalReason.NEGATIVE, field + " is negative, or above 2^63");
        }
    }

    void unsigned(String field, long value, long max) {
        unsigned(field, value);
        if (value > max) {
            refuse(RefusalReason.TOO_HIGH, field + " is " + value + ", at most " + max);
        }
    }

    /** A uint32, which Java sees as signed. */
    void unsigned32(String field, int value, long max) {
        unsigned(field, Integer.toUnsignedLong(value), max);
    }

    void time(String field, long unixMs) {
        if (unixMs < 0) {
            refuse(RefusalReason.NEGATIVE, field + " is before 1970");
        }
    }

    void finite(String field, double value) {
        if (!Double.isFinite(value)) {
            refuse(RefusalReason.NOT_FINITE, field + " is " + value);
        }
    }

    void notNegative(String field, double value) {
        finite(field, value);
        if (value < 0) {
            refuse(RefusalReason.NEGATIVE, field + " is " + value);
        }
    }

    void ratio(String field, double value) {
        notNegative(field, value);
        if (value > 1) {
            refuse(RefusalReason.TOO_HIGH, field + " is " + value + ", at most 1");
        }
    }

    /** @param recognized false for a number that this version has no name for */
    void known(String field, boolean recognized) {
        if (!recognized) {
            refuse(RefusalReason.UNKNOWN_ENUM, field + " has a value that this version does not know");
        }
    }

    void unique(String field, Stream<String> values) {
        Set<String> seen = new HashSet<>();
        values.forEach(value -> {
            if (!seen.add(value)) {
                refuse(RefusalReason.CONTRADICTION, field + " names " + value + " twice");
            }
        });
    }

    /** What a device wrote goes into logs and reports: cut short, and without control characters. */
    private static String printable(String text) {
        String head = text.length() > MAX_DETAIL ? text.substring(0, MAX_DETAIL) + "…" : text;
        return head.replaceAll("\\p{Cntrl}", "?");
    }
}
