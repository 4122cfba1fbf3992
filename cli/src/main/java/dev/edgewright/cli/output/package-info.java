/** What the verbs print: terminal facts, tables, progress bars, numbers for people. Uses no other room. */
package dev.edgewright.cli.output;
