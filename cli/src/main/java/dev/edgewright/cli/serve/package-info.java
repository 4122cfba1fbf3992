/** {@code edgewright controller}, {@code agent} and {@code simulate}: what runs until it is stopped, started in this process. Uses {@code remote} and {@code output}. */
package dev.edgewright.cli.serve;
