/** {@code edgewright controller} and {@code edgewright agent}: the servers, started in this process. Uses {@code remote} and {@code output}. */
package dev.edgewright.cli.serve;
