/** Tests of facts, on recorded machines, and of probes. */
package dev.edgewright.agent.device;
