/** What controller and agent both speak. Stands on nothing else of Edgewright. */
package dev.edgewright.common;
