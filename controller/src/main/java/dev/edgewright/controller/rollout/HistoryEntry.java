package dev.edgewright.controller.rollout;

import java.time.Instant;

/**
 * One line of what happened to a rollout; never changed, never removed.
 *
 * @param sequence from 1, in order; the id of the event for webhooks and streams
 * @param kind "created", "state", "wave", "verdict", "choice", "revert", "approval", "late", "shadow", "accepted"
 * @param who "controller" or who asked
 * @param words a sentence with the numbers
 */
public record HistoryEntry(long sequence, Instant at, String kind, String who, String words) {}
