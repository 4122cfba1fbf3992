/** Holds the agent's rooms apart. */
package dev.edgewright.agent.architecture;
