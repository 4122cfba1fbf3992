/** The agent as a whole: its settings, its folder, its rules. */
package dev.edgewright.agent;
