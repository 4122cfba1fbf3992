/** What training makes small. Uses tensor. */
package dev.edgewright.training.loss;
