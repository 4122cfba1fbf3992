/** Settings: one record per area with its defaults, filled from a YAML file, the environment and options. Uses {@code error} only. */
package dev.edgewright.common.config;
