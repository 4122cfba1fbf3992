/** Thousands of virtual devices on the real protocol: settings and main. Sees {@code profile} and {@code fleet}; knows neither agent nor controller. */
package dev.edgewright.simulator;
