/** A guest that means no good, on a cable that the test plays: what it may not do to others. */
package dev.patchbay.it.hostile;
