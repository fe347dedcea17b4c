package dev.patchbay.backend.service;

import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.backend.dhcp.FileLeaseStore;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.backend.dhcp6.Lease6;
import dev.patchbay.backend.dns.DnsUpstream;
import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the services of all devices share.
 *
 * @param loop their loop
 * @param namespaces where devices are
 * @param random draws delays
 * @param leases keeps leases
 * @param portMac the configured MAC of the attachment of a port by the port's name, or 0
 * @param observer is told of leases of IPv4
 * @param observer6 is told of leases of IPv6, with {@code [NETNS/]DEVICE}
 * @param upstream the way to resolvers
 * @param resolvers those of the host
 * @param ids 16 bits each time that nobody can foresee
 * @param restrict whether DNS answers own names alone
 * @param appliance the device of the appliance's own network, {@code br0}
 * @param resolver4 where DNS listens on it, IPv4
 * @param resolver6 where DNS listens on it, IPv6
 */
public record Outfit(
    EventLoop loop,
    Namespaces namespaces,
    RandomSource random,
    FileLeaseStore leases,
    ToLongFunction<String> portMac,
    LeaseListener observer,
    BiConsumer<String, Lease6> observer6,
    DnsUpstream upstream,
    Supplier<List<InetSocketAddress>> resolvers,
    IntSupplier ids,
    boolean restrict,
    String appliance,
    IpAddress resolver4,
    IpAddress resolver6) {
  /** Is told of leases. Called on the loop. */
  @FunctionalInterface
  public interface LeaseListener {
    /**
     * A lease was given or renewed, released, declined, or ran out; its state says which.
     *
     * @param device {@code [NETNS/]DEVICE}
     */
    void lease(String device, Lease lease);
  }

  /** The device that keys speak of, or null where it is not there. */
  @Nullable Place find(ServiceKeys keys) {
    NetworkStack stack =
        keys.netns().isEmpty() ? namespaces.initial() : namespaces.find(keys.netns());
    NetDevice device = stack == null ? null : stack.device(keys.deviceName());
    return stack == null || device == null ? null : new Place(stack, device);
  }
}
