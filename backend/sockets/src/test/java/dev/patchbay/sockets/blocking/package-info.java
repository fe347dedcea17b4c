/** Sockets that block, over a real loop and over the JDK's own for comparison. */
package dev.patchbay.sockets.blocking;
