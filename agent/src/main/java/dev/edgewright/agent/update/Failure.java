package dev.edgewright.agent.update;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.ReportedError;

/**
 * Why an update did not go on, in the form in which it is reported.
 *
 * @param code stable, upper snake case
 * @param message for a person; cut to what a report may hold
 */
public record Failure(String code, String message) {

    private static final int LONGEST = 500;

    public Failure {
        if (message.length() > LONGEST) {
            message = message.substring(0, LONGEST - 1) + "…";
        }
    }

    public static Failure of(EdgewrightException e) {
        return new Failure(e.code().name(), String.valueOf(e.getMessage()));
    }

    public ReportedError toProto() {
        return ReportedError.newBuilder().setCode(code).setMessage(message).build();
    }
}
