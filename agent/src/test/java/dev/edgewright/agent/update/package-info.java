/** Updates from the first offer to the end, with everything around them faked. */
package dev.edgewright.agent.update;
