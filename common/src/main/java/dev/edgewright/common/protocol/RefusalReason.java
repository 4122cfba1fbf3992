package dev.edgewright.common.protocol;

import java.util.Locale;

/** Why a message was not taken. A closed set, so that it can be a metric label. */
public enum RefusalReason {
    /** More bytes than its kind may have; not parsed at all. */
    TOO_LARGE,
    /** Not the protobuf of its kind. */
    MALFORMED,
    /** A string that is not UTF-8. */
    BAD_UTF8,
    /** A name outside the alphabet of ids, or too long. */
    BAD_ID,
    /** The device in the body is not the device of the topic. */
    WRONG_DEVICE,
    /** An enum value that this version does not know, or an unset one that must be set. */
    UNKNOWN_ENUM,
    /** NaN or infinity. */
    NOT_FINITE,
    /** Below zero, or an unsigned number above what is sane. */
    NEGATIVE,
    /** A number above its bound. */
    TOO_HIGH,
    /** A string or byte field above its bound. */
    TOO_LONG,
    /** More entries than allowed. */
    TOO_MANY,
    /** A digest that is not 32 bytes, a boot id that is not 16, a signature that is not 64. */
    BAD_LENGTH,
    /** Parts that contradict each other: a bitmap of another length than the chunk count, one model twice. */
    CONTRADICTION,
    /** Something that must be there is not. */
    MISSING;

    /** Lower case, for metric labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
