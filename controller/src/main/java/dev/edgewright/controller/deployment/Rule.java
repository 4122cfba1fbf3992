package dev.edgewright.controller.deployment;

import dev.edgewright.controller.selection.Requirement;
import java.util.Map;
import java.util.Optional;

/**
 * What is wanted for the devices that a query matches and no rule before it did.
 *
 * @param query CEL, whole: with the file's own query and without the rules before
 * @param written as it stands in the file, for people; empty for all devices
 * @param line where the rule begins
 * @param lines of each limit that holds here, by name ("accuracy.floor", "p95")
 */
public record Rule(
        Optional<String> query,
        Optional<String> written,
        Requirement requirement,
        int line,
        Map<String, Integer> lines) {
    public Rule {
        lines = Map.copyOf(lines);
    }
}
