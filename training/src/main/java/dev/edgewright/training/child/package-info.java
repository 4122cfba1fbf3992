/**
 * A training as a job: its description, the run of it, and the child process that it runs in so that native code can fail without
 * taking its parent along. Stands on every other room.
 */
package dev.edgewright.training.child;
