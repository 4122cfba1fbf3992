/** What mixes and faults say. */
package dev.edgewright.simulator.profile;
