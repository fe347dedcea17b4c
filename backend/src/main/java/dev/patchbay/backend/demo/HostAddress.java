package dev.patchbay.backend.demo;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Comparator;
import java.util.Optional;

/** The host's own address as a place beyond the gateway. */
final class HostAddress {
  private HostAddress() {}

  /**
   * An IPv4 address of this machine that is neither loopback nor link-local, and not within the
   * guest's own network 10.0.2.0/24 (we may ourselves run in such a guest).
   */
  static Optional<String> find() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
        .filter(HostAddress::isUp)
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address)
        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
        .map(InetAddress::getHostAddress)
        .filter(address -> !address.startsWith("10.0.2."))
        .findFirst();
  }

  private static boolean isUp(NetworkInterface device) {
    try {
      return device.isUp();
    } catch (SocketException e) {
      return false; // it has just gone
    }
  }
}
