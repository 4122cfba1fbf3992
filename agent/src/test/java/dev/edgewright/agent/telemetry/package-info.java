/** Tests of windows and of the metrics page. */
package dev.edgewright.agent.telemetry;
