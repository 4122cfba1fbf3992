package dev.edgewright.controller.telemetry;

/**
 * What a series is about.
 *
 * @param hardwareClass see {@link dev.edgewright.controller.fleet.HardwareClass}
 * @param cohort where in a rollout the devices are: "stable", "canary" or "wave"
 */
public record SeriesKey(String model, String variant, String hardwareClass, String cohort) {}
