/** What waits to be sent, and how long a lost connection waits. */
package dev.edgewright.agent.link;
