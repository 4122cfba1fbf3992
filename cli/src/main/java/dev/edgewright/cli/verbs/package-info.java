/** Operators' verbs, one class per noun. Each speaks only the public REST API. Uses {@code remote} and {@code output}. */
package dev.edgewright.cli.verbs;
