package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where a forward by name leads. */
class GuestsTest {
  private static final long MAC = 0x525400123456L;
  private static final Forward.Guest BMC0 = new Forward.Guest.Name("bmc0");

  private final VirtualLoop loop = new VirtualLoop();
  private final NetworkStack stack = new NetworkStack(loop, new PacketPool(), new RandomSource(1));
  private final PortDevice port = new PortDevice(stack.nextIndex(), "bmc0", 0x52550a010004L, 1500);
  private final List<Lease> leases = new ArrayList<>();
  private final Guests guests = new Guests(stack, Map.of("bmc0", port), () -> leases);

  private void heard(String address) {
    IpAddress ip = IpAddress.parse(address);
    stack.neighbours().learn(ip.hi(), ip.lo(), port, MAC, false, true, true, port);
  }

  private void lease(String name, Lease.State state, String address) {
    int ip = (int) IpAddress.parse(address).lo();
    leases.add(new Lease(ip, MAC, MAC, "", name, "", state, Long.MAX_VALUE));
  }

  @Test
  void aGuestThatKeptSilentSinceItsLeaseIsFoundByIt() {
    heard("fe80::5054:ff:fe12:3456");
    assertThat(guests.resolve(BMC0)).hasToString("fe80::5054:ff:fe12:3456");
    lease("bmc0", Lease.State.BOUND, "10.0.2.15");
    assertThat(guests.resolve(BMC0)).hasToString("10.0.2.15");
    assertThat(guests.addresses(port))
        .extracting(IpAddress::toString)
        .containsExactly("10.0.2.15", "fe80::5054:ff:fe12:3456");
  }

  @Test
  void whatWasHeardGoesBeforeTheLease() {
    lease("bmc0", Lease.State.BOUND, "10.0.2.15");
    heard("10.0.2.77");
    assertThat(guests.resolve(BMC0)).hasToString("10.0.2.77");
    heard("10.0.2.15");
    assertThat(guests.addresses(port)).hasSize(2);
  }

  @Test
  void aLeaseThatIsNewerThanWhatWasHeardGoesBeforeIt() {
    heard("10.0.2.15");
    lease("bmc0", Lease.State.BOUND, "10.0.2.16");
    loop.runForMillis(1);
    guests.leased(leases.getLast());
    assertThat(guests.resolve(BMC0)).hasToString("10.0.2.16");
    loop.runForMillis(1);
    heard("10.0.2.15");
    assertThat(guests.resolve(BMC0)).hasToString("10.0.2.15");
  }

  @Test
  void leasesOfOthersAndThoseThatEndedDoNotCount() {
    lease("bmc1", Lease.State.BOUND, "10.0.2.16");
    lease("bmc0", Lease.State.OFFERED, "10.0.2.17");
    lease("bmc0", Lease.State.EXPIRED, "10.0.2.18");
    assertThat(guests.resolve(BMC0)).isNull();
  }
}
