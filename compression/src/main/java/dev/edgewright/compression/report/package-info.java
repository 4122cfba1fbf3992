/** What people read: where a model spends its time and why, and the report of a compression. Stands above the root room, whose results it shows. */
package dev.edgewright.compression.report;
