/** Deployment files, good and bad, and what they begin. */
package dev.edgewright.controller.deployment;
