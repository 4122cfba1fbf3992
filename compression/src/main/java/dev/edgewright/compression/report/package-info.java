/** What people read: where a model spends its time and why, and the report of a compression. Uses everything below it. */
package dev.edgewright.compression.report;
