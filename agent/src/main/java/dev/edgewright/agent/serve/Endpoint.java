package dev.edgewright.agent.serve;

/** Answers requests. Called on the request's own thread, and may block it. */
interface Endpoint {
    /** Whether requests for this path are its own. */
    boolean owns(String path);

    Answer answer(Request request);
}
