/** Trials on devices that measure what the test says. */
package dev.edgewright.controller.trial;
