package dev.patchbay.backend.uplink;

import dev.patchbay.backend.config.HostLoopback;

/**
 * Policy, limits and times of an uplink. Plain fields: set them before the uplink is made. Times
 * are ns.
 */
public final class UplinkOptions {
  private static final long SECOND = 1_000_000_000L;

  /** {@code --restrict}: nothing leaves; only forwards work. */
  public boolean restrict;

  /** {@code --host-loopback}: the ports of our own addresses that are the host's loopback. */
  public HostLoopback hostLoopback = HostLoopback.ALL;

  /** {@code --allow-link-local}: 169.254.0.0/16, fe80::/10 and fd00:ec2::254 may be reached. */
  public boolean allowLinkLocal;

  /** What no guest may reach. */
  public SelfPorts selfPorts = SelfPorts.NONE;

  /** TCP connections of one guest address behind one port, those being opened included. */
  public int maxTcpPerGuest = 4096;

  /** TCP connections of all guests, each one a descriptor; one port has at most half of them. */
  public int maxTcp = 16384;

  /** UDP sockets of one guest address behind one port. */
  public int maxUdpPerGuest = 6144;

  /** Ping sockets of one guest address behind one port. */
  public int maxPingPerGuest = 64;

  /** UDP and ping sockets of all guests; one port has at most half of them. */
  public int maxDatagram = 16384;

  /** Clients that one UDP forward knows at a time. */
  public int maxForwardClients = 1024;

  /** Idle time of an established TCP connection: RFC 5382 REQ-5, at least 2 h 4 min. */
  public long tcpIdle = 7440 * SECOND;

  /**
   * Idle time of a TCP connection of which one direction has ended: RFC 5382 REQ-5, at least 4 min.
   */
  public long tcpHalfClosedIdle = 240 * SECOND;

  /** Idle time of a UDP mapping: RFC 4787 REQ-5, default 5 min, at least 2 min. */
  public long udpIdle = 300 * SECOND;

  /**
   * The same for one that only spoke with port 53 (RFC 4787 REQ-5c allows less for well-known
   * ports).
   */
  public long dnsIdle = 30 * SECOND;

  /** Idle time of a ping mapping: RFC 5508 REQ-2, at least 60 s. */
  public long pingIdle = 60 * SECOND;

  /**
   * How long a forward's client waits for the guest's answer before it is reset; or, by UDP, before
   * it is asked anew where the guest is.
   */
  public long forwardConnect = 10 * SECOND;

  /** How often idle flows are looked for. */
  public long sweep = 5 * SECOND;
}
