package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import java.util.Locale;
import java.util.Set;

/**
 * An error as RFC 9457 has it, with a stable code.
 *
 * @param type {@code urn:edgewright:problem:} and the code in lower case with dashes
 * @param title the code in words, the same for all problems of this kind
 * @param detail what was wrong with this request
 * @param hint what to do about it, null where the detail says it
 */
record Problem(String type, String title, int status, String detail, String code, String hint) {
    static final String MEDIA_TYPE = "application/problem+json";
    private static final Set<String> CONFLICTS = Set.of(
            "ROLLOUT_OVERLAPS", "REVERT_NO_PREVIOUS", "NO_VARIANT_SUITS", "QUERY_MATCHES_NOTHING", "DATA_MISSING");

    static Problem of(int status, String code, String detail, String hint) {
        var words = code.toLowerCase(Locale.ROOT);
        var title = words.replace('_', ' ');
        return new Problem(
                "urn:edgewright:problem:" + words.replace('_', '-'),
                Character.toUpperCase(title.charAt(0)) + title.substring(1),
                status,
                detail,
                code,
                hint);
    }

    static Problem of(EdgewrightException e) {
        var code = e.code().name();
        return of(status(e), code, e.getMessage(), hint(e.kind()));
    }

    /** What went wrong inside is for the log, not for the caller. */
    static Problem internal(String incident) {
        return of(
                500,
                "INTERNAL",
                "something is wrong inside the controller; its log has the incident " + incident,
                "please report it with that part of the log");
    }

    private static int status(EdgewrightException e) {
        var code = e.code().name();
        return switch (e.kind()) {
            case CALLER -> callerStatus(code);
            case TRANSIENT -> 503;
            case RESOURCE -> code.contains("DISK") || code.contains("SPACE") ? 507 : 503;
            case BUG -> 500;
        };
    }

    /** Codes say by their ending what they are; the few that do not are named. */
    private static int callerStatus(String code) {
        if (code.endsWith("_NOT_FOUND")) {
            return 404;
        }
        if (code.endsWith("_CONFLICT") || code.endsWith("_STATE") || CONFLICTS.contains(code)) {
            return 409;
        }
        if (code.endsWith("_TOO_LARGE")) {
            return 413;
        }
        if (code.equals("CONTENT_TYPE_UNSUPPORTED")) {
            return 415;
        }
        boolean content = code.startsWith("MODEL_")
                || code.startsWith("DATA_")
                || code.startsWith("OPERATOR_")
                || code.startsWith("OPSET_");
        return content ? 422 : 400;
    }

    private static String hint(EdgewrightException.Kind kind) {
        return switch (kind) {
            case CALLER -> null;
            case TRANSIENT -> "try again in a moment";
            case RESOURCE -> "look at the controller's disk, memory and log";
            case BUG -> "please report it with the controller's log";
        };
    }
}
