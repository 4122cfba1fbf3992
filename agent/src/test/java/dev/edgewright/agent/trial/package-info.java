/** Trials with a bench that measures what the test says, and with real sessions. */
package dev.edgewright.agent.trial;
