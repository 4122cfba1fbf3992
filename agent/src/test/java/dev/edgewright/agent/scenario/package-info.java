/** Whole agents against real brokers and real CoAP: the same scenarios over each link. */
package dev.edgewright.agent.scenario;
