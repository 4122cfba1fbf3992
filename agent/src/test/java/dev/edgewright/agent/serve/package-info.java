/** Tests of the Open Inference Protocol, by example requests and by properties. */
package dev.edgewright.agent.serve;
