package dev.edgewright.controller.http;

/** Answers one kind of request on a worker thread; may block. */
@FunctionalInterface
interface Endpoint {
    /** @throws Exception any; an {@code EdgewrightException} becomes its problem, others an incident */
    Reply answer(Request request) throws Exception;
}
