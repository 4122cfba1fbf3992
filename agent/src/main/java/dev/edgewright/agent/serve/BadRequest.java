package dev.edgewright.agent.serve;

import dev.edgewright.common.error.EdgewrightException;

/** Requests that cannot be read. */
final class BadRequest {
    private BadRequest() {}

    /** A caller error that says what was wrong and where. */
    static EdgewrightException of(String message) {
        return EdgewrightException.caller("REQUEST_INVALID", message);
    }
}
