package dev.edgewright.common.error;

import java.util.Objects;

/**
 * The one unchecked exception. Expected outcomes are values; what remains is thrown as this, with a code whose kind decides on
 * retries and HTTP status. The message says what was wrong, where, and what to do about it.
 */
public final class EdgewrightException extends RuntimeException {

    /** Whose business a failure is. */
    public enum Kind {
        /** The one who asked has to change the request; asking again does not help. */
        CALLER,
        /** It may work later, unchanged: network, a busy peer, a lost lease. */
        TRANSIENT,
        /** Something here ran out or is broken: disk, memory, permissions. A person has to look. */
        RESOURCE,
        /** A promise of this program to itself was broken. */
        BUG;

        /** True where trying the same thing again, later, makes sense. */
        public boolean retryable() {
            return this == TRANSIENT;
        }
    }

    private static final long serialVersionUID = 1L;

    private final transient ErrorCode code;

    public EdgewrightException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public EdgewrightException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** A request that cannot be met as it is. */
    public static EdgewrightException caller(String code, String message) {
        return caller(code, message, null);
    }

    public static EdgewrightException caller(String code, String message, Throwable cause) {
        return new EdgewrightException(new ErrorCode(code, Kind.CALLER), message, cause);
    }

    /** Something that may work later, unchanged. */
    public static EdgewrightException transient_(String code, String message) {
        return transient_(code, message, null);
    }

    public static EdgewrightException transient_(String code, String message, Throwable cause) {
        return new EdgewrightException(new ErrorCode(code, Kind.TRANSIENT), message, cause);
    }

    /** Something here ran out or is broken. */
    public static EdgewrightException resource(String code, String message) {
        return resource(code, message, null);
    }

    public static EdgewrightException resource(String code, String message, Throwable cause) {
        return new EdgewrightException(new ErrorCode(code, Kind.RESOURCE), message, cause);
    }

    /** A broken promise of this program to itself. */
    public static EdgewrightException bug(String code, String message) {
        return bug(code, message, null);
    }

    public static EdgewrightException bug(String code, String message, Throwable cause) {
        return new EdgewrightException(new ErrorCode(code, Kind.BUG), message, cause);
    }

    public ErrorCode code() {
        return code;
    }

    public Kind kind() {
        return code.kind();
    }

    @Override
    public String toString() {
        return "EdgewrightException[" + code + "]: " + getMessage();
    }
}
