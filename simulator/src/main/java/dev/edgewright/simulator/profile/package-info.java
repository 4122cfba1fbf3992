/** What the devices are and what goes wrong with them, as files say it. Uses {@code common} only. */
package dev.edgewright.simulator.profile;
