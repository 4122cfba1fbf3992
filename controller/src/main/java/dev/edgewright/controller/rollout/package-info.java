/**
 * Brings a variant to many devices in waves that stop and go back by themselves. One pure function decides
 * (RolloutDecider), one runner applies
 * (RolloutEngine): it persists first and acts second, and finds from the
 * store what was left to do after a kill. Uses {@code fleet}, {@code catalog}, {@code selection} and
 * {@code telemetry}; knows no transport and no database.
 */
package dev.edgewright.controller.rollout;
