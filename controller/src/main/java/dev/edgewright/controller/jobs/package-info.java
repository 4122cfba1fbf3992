/**
 * Long work that survives the controller: a persistent queue of jobs with progress and cancel.
 * Uses {@code catalog}; knows no database.
 */
package dev.edgewright.controller.jobs;
