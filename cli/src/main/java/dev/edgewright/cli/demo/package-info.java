/**
 * {@code edgewright demo}: the whole loop on one machine, with real processes. Speaks the public interfaces only: the
 * controller's REST API and each agent's Open Inference endpoint. Uses {@code verbs}, {@code remote} and {@code output}.
 */
package dev.edgewright.cli.demo;
