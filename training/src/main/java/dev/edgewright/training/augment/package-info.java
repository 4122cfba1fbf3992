/** Random changes to training samples that keep their class. Works on arrays of the JVM; uses no other room. */
package dev.edgewright.training.augment;
