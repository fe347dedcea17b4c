package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Duplicate address detection (RFC 4862 section 5.4; Linux: {@code addrconf_dad_work}): an address
 * is tentative until one solicitation went unanswered for a second. Nonces tell our own
 * solicitations that come back from those of others (RFC 7527). Of the loop's thread.
 */
public final class DuplicateAddressDetection {
  private static final Logger LOG = LogManager.getLogger(DuplicateAddressDetection.class);

  /** MAX_RTR_SOLICITATION_DELAY: so long at most the first solicitation waits. */
  private static final long DELAY = 1_000_000_000L;

  /** One address that is being asked about. */
  private static final class Probe {
    final NetDevice device;
    final IpAddress address;
    final long nonce;
    int left;
    @Nullable Timer timer;

    Probe(NetDevice device, IpAddress address, long nonce) {
      this.device = device;
      this.address = address;
      this.nonce = nonce;
      left = device.conf6().get(Ipv6Key.DAD_TRANSMITS);
    }
  }

  private final NetworkStack stack;
  private final InterfaceAddresses addresses;
  private final RandomSource random;
  private final List<Probe> probes = new ArrayList<>();

  DuplicateAddressDetection(NetworkStack stack, InterfaceAddresses addresses) {
    this.stack = stack;
    this.addresses = addresses;
    random = stack.random().derive("dad");
  }

  /** Whether an address must be asked about before it is used. */
  boolean isNeeded(NetDevice device, InterfaceAddress own) {
    return !own.address().isV4()
        && !own.noDad()
        && stack.conf().detectsDuplicates(device)
        && device.isEthernet()
        && device.kind() != NetDevice.Kind.LOOPBACK;
  }

  /** Begins with a tentative address, now or when its device comes up. */
  void start(NetDevice device, InterfaceAddress own) {
    stop(device, own.address());
    if (!device.isUp()) {
      return;
    }
    Probe probe = new Probe(device, own.address(), nonce());
    probe.timer = stack.loop().timer(() -> proceed(probe));
    probe.timer.arm(stack.loop().now() + (long) (random.nextDouble() * DELAY));
    probes.add(probe);
  }

  private long nonce() {
    long nonce = random.nextLong() >>> 16;
    return nonce == 0 ? 1 : nonce;
  }

  /** The device has come up: begins with all that are tentative on it, failed or not. */
  void deviceUp(NetDevice device) {
    for (InterfaceAddress own : new ArrayList<>(device.addresses())) {
      if (own.is(InterfaceAddress.TENTATIVE)) {
        InterfaceAddress again = own.withFlags(0, InterfaceAddress.DADFAILED);
        addresses.replace(device, own, again);
        start(device, again);
      }
    }
  }

  /** Nothing is asked about on a device that is down. */
  void deviceDown(NetDevice device) {
    probes.removeIf(probe -> probe.device.equals(device) && cancel(probe));
  }

  /** Stops asking about an address. */
  void stop(NetDevice device, IpAddress address) {
    probes.removeIf(
        probe -> probe.device.equals(device) && probe.address.equals(address) && cancel(probe));
  }

  private static boolean cancel(Probe probe) {
    if (probe.timer != null) {
      probe.timer.cancel();
    }
    return true;
  }

  private void proceed(Probe probe) {
    IpAddress address = probe.address;
    InterfaceAddress own = InterfaceAddresses.find(probe.device, address.hi(), address.lo());
    if (own == null || !own.is(InterfaceAddress.TENTATIVE)) {
      probes.remove(probe);
      return;
    }
    if (probe.left > 0) {
      probe.left--;
      if (probe.timer != null) {
        long retrans = stack.neighbours().settings(probe.device, false).retransTime();
        probe.timer.arm(stack.loop().now() + retrans);
      }
      stack.ndp().solicitDuplicate(probe.device, address.hi(), address.lo(), probe.nonce);
      return;
    }
    probes.remove(probe);
    addresses.replace(probe.device, own, own.withFlags(0, InterfaceAddress.TENTATIVE));
    stack.ndp().addressReady(probe.device, address.hi(), address.lo());
  }

  /** Whether a solicitation with this nonce is our own that came back; 0 is none. */
  public boolean isOurs(NetDevice device, IpAddress address, long nonce) {
    for (Probe probe : probes) {
      if (nonce != 0
          && probe.nonce == nonce
          && probe.device.equals(device)
          && probe.address.equals(address)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Somebody else has a tentative address, or asks for it too ({@code addrconf_dad_failure}): it
   * stays without being used, and goes where it was not for good.
   */
  public void failed(NetDevice device, InterfaceAddress own) {
    if (own.is(InterfaceAddress.DADFAILED)) {
      return; // known and said: the other goes on using it
    }
    LOG.warn("{}: IPv6 duplicate address {} detected", device.name(), own.address());
    stop(device, own.address());
    if (own.is(InterfaceAddress.PERMANENT)) {
      addresses.replace(device, own, own.withFlags(InterfaceAddress.DADFAILED, 0));
    } else {
      addresses.remove(device, own);
    }
  }
}
