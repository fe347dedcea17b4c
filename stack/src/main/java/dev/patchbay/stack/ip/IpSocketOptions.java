package dev.patchbay.stack.ip;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * What a datagram socket asks of IP (Linux: {@code inet_sock}, {@code ipv6_pinfo}). Plain fields
 * with Linux's defaults; who sets them has checked their range. Owned by the loop.
 */
public final class IpSocketOptions {
  /** {@code IP_PMTUDISC_DONT}: never forbid fragmentation. */
  public static final int PMTUDISC_DONT = 0;

  /** {@code IP_PMTUDISC_WANT}, the default: forbid it where the datagram fits the path. */
  public static final int PMTUDISC_WANT = 1;

  /** {@code IP_PMTUDISC_DO}: always forbid it; longer ones than the path takes are refused. */
  public static final int PMTUDISC_DO = 2;

  /** {@code IP_PMTUDISC_PROBE}: forbid it, but go by the device's MTU, not by the path's. */
  public static final int PMTUDISC_PROBE = 3;

  /** {@code IP_PMTUDISC_INTERFACE}: go by the device's MTU and refuse what is longer. */
  public static final int PMTUDISC_INTERFACE = 4;

  /** {@code IP_PMTUDISC_OMIT}: as the one before, but cut what is longer. */
  public static final int PMTUDISC_OMIT = 5;

  /** {@code IP_TTL}, 1 to 255; 0 is the default of the namespace. */
  public int ttl;

  /** {@code IPV6_UNICAST_HOPS}, 0 to 255; -1 is the default of the namespace. */
  public int unicastHops = -1;

  /** {@code IP_MULTICAST_TTL}, 0 to 255: 0 does not leave this host. */
  public int multicastTtl = 1;

  /** {@code IPV6_MULTICAST_HOPS}, 0 to 255. */
  public int multicastHops = 1;

  /** {@code IP_TOS}, 0 to 255. */
  public int tos;

  /** {@code IPV6_TCLASS}, 0 to 255. */
  public int trafficClass;

  /** {@code IP_MTU_DISCOVER}, one of the PMTUDISC constants. */
  public int mtuDiscover = PMTUDISC_WANT;

  /** {@code IPV6_MTU_DISCOVER}. */
  public int mtuDiscover6 = PMTUDISC_WANT;

  /** {@code IP_RECVERR}: errors come also to a socket that is not connected. */
  public boolean receiveErrors;

  /** {@code IPV6_RECVERR}. */
  public boolean receiveErrors6;

  /** {@code SO_BROADCAST}. */
  public boolean broadcast;

  /** {@code IP_MULTICAST_LOOP}: what is sent to a group comes to members on this host too. */
  public boolean multicastLoop = true;

  /** {@code IPV6_MULTICAST_LOOP}. */
  public boolean multicastLoop6 = true;

  /** {@code IP_MULTICAST_ALL}: take groups that other sockets have joined. */
  public boolean multicastAll = true;

  /** {@code IPV6_MULTICAST_ALL}. */
  public boolean multicastAll6 = true;

  /** {@code IP_MULTICAST_IF}: by which device groups are reached; null leaves it to the routes. */
  public @Nullable NetDevice multicastDevice;

  /** {@code IPV6_MULTICAST_IF}. */
  public @Nullable NetDevice multicastDevice6;

  /** The address given by {@code IP_MULTICAST_IF}, mapped form; 0.0.0.0 is none. */
  public long multicastSource = Addresses.V4_PREFIX;

  /** {@code SO_BINDTODEVICE}: send and receive by this device alone. */
  public @Nullable NetDevice device;

  /** {@code SO_MARK}. */
  public int mark;

  /** {@code SO_PRIORITY}. */
  public int priority;

  /** {@code IP_FREEBIND}, {@code IPV6_FREEBIND}: the source need not be ours. */
  public boolean freebind;

  /** Path MTU policy of a family. */
  public int mtuDiscover(boolean v4) {
    return v4 ? mtuDiscover : mtuDiscover6;
  }

  /** Whether errors are queued for a datagram of a family. */
  public boolean receiveErrors(boolean v4) {
    return v4 ? receiveErrors : receiveErrors6;
  }
}
