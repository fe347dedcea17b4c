package dev.patchbay.stack.tcp;

/**
 * What a 4-tuple leads to: a connection, a SYN about which is not decided, or a record of
 * TIME-WAIT.
 */
sealed interface FlowEntry permits TcpSocket, IncomingSyn, TimeWait {}
