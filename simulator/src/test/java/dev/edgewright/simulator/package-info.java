/** The rooms' rules, settings, and whole simulations against a real controller. */
package dev.edgewright.simulator;
