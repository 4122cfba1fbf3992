/**
 * Models that were imported, the variants made of them, their signed manifests and their blobs.
 * Uses {@code common} and {@code compression}; knows no transport and no database.
 */
package dev.edgewright.controller.catalog;
