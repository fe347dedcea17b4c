package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.config.MacAddress;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where a forward by name, by MAC, or to the only guest leads. */
class GuestsTest {
  private static final long MAC = 0x525400123456L;
  private static final long OTHER_MAC = 0x525400123457L;
  private static final Forward.Guest BMC0 = new Forward.Guest.Name("bmc0");

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool();
  private final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  private final PortDevice port = new PortDevice(stack.nextIndex(), "bmc0", 0x52550a010004L, 1500);
  private final List<Lease> leases = new ArrayList<>();
  private final Guests guests = new Guests(stack, Map.of("bmc0", port), where -> leases);

  private void heard(String address) {
    heard(address, MAC, port);
  }

  private void heard(String address, long mac, PortDevice behind) {
    IpAddress ip = IpAddress.parse(address);
    stack.neighbours().learn(ip.hi(), ip.lo(), port, mac, false, true, true, behind);
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

  private @Nullable IpAddress by(long mac) {
    return guests.resolve(new Forward.Guest.Mac(new MacAddress(mac)));
  }

  @Test
  void anAddressThatAnotherMacHasTakenSinceItsLeaseIsThatOnes() {
    lease("bmc0", Lease.State.BOUND, "10.0.2.15");
    guests.leased(leases.getLast());
    assertThat(by(MAC)).hasToString("10.0.2.15");
    loop.runForMillis(1);
    heard("10.0.2.15", OTHER_MAC, port);
    assertThat(by(MAC)).as("nobody has that MAC any more").isNull();
    assertThat(by(OTHER_MAC)).hasToString("10.0.2.15");
    assertThat(guests.resolve(BMC0)).as("the same cable").hasToString("10.0.2.15");
    loop.runForMillis(1);
    guests.leased(leases.getLast());
    assertThat(by(MAC)).as("it has got it again").hasToString("10.0.2.15");
  }

  @Test
  void anAddressThatMovedToAnotherPortIsNoLongerBehindThatOfItsLease() {
    lease("bmc0", Lease.State.BOUND, "10.0.2.15");
    heard("10.0.2.15", MAC, new PortDevice(stack.nextIndex(), "bmc1", 0x52550a010005L, 1500));
    assertThat(guests.resolve(BMC0)).isNull();
    assertThat(by(MAC)).hasToString("10.0.2.15");
  }

  @Test
  void anAddressThatDoesNotAnswerGoesBehindThoseThatMay() {
    lease("bmc0", Lease.State.BOUND, "10.0.2.15");
    heard("fec0::5054:ff:fe12:3456");
    heard("10.0.2.15");
    assertThat(guests.resolve(BMC0)).hasToString("10.0.2.15");
    IpAddress ip = IpAddress.parse("10.0.2.15");
    Packet packet = pool.acquire(20);
    packet.append(20);
    packet.l3 = packet.head;
    packet.ipv4().versionAndLength(0x45);
    stack.neighbours().output(packet, port, ip.hi(), ip.lo());
    loop.runForMillis(10_000); // DELAY and three probes
    assertThat(guests.resolve(BMC0)).hasToString("fec0::5054:ff:fe12:3456");
    guests.leased(leases.getLast());
    assertThat(guests.resolve(BMC0)).as("up again, and silent yet").hasToString("10.0.2.15");
  }

  @Test
  void theOnlyGuestIsCalledByItsNameElseByTheFirstLease() {
    assertThat(guests.word(new Forward.Guest.Only())).isEqualTo("bmc0");
    assertThat(guests.word(new Forward.Guest.Mac(new MacAddress(MAC))))
        .isEqualTo("[52:54:00:12:34:56]");
    assertThat(new Guests(stack, Map.of(), where -> leases).word(new Forward.Guest.Only()))
        .isEqualTo("10.0.2.15");
  }
}
