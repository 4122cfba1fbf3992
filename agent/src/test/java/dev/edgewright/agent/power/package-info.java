/** Tests of energy meters on recorded and made-up trees. */
package dev.edgewright.agent.power;
