package dev.edgewright.controller.http.view;

import java.util.Map;

/** Schema {@code Health}. */
public record HealthView(String status, Map<String, String> checks) {}
