package dev.edgewright.agent.serve;

/** A rendered document. */
public record Page(String contentType, byte[] body) {}
