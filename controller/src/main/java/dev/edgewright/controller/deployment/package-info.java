/**
 * Deployments: one file that says what is wanted of a model on which devices. Reads it with errors that point at the line, says what it
 * would do and why, tries candidates where measuring is worth it, and starts the rollouts. Stands on {@code selection}, {@code trial}
 * and {@code rollout}.
 */
package dev.edgewright.controller.deployment;
