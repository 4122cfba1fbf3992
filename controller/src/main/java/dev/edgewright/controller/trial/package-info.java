/**
 * Trials: which candidates are measured on which devices, for how long, and what came of it. Stands on {@code selection},
 * {@code catalog} and {@code fleet}; the schedule is pure, the engine persists before it asks a device.
 */
package dev.edgewright.controller.trial;
