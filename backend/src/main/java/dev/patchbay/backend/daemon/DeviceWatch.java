package dev.patchbay.backend.daemon;

import dev.patchbay.backend.capture.Captures;
import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.LinkEvent;
import dev.patchbay.stack.device.NetDevice;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The devices of all namespaces under the names that the outside sees: {@code [NETNS/]DEVICE}.
 * Keeps captures in step with them as they come, go, move and are renamed. On the loop.
 */
final class DeviceWatch {
  private final Namespaces namespaces;
  private final Captures captures;
  private final Set<NetworkStack> watched = new HashSet<>();

  DeviceWatch(Namespaces namespaces, Captures captures) {
    this.namespaces = namespaces;
    this.captures = captures;
    namespaces.onChange(this::watch);
    watch();
  }

  private void watch() {
    watched.retainAll(namespaces.all().values());
    namespaces
        .all()
        .forEach((name, stack) -> {
          if (watched.add(stack)) {
            stack.addLinkListener((device, event) -> linkEvent(stack, device, event));
            stack.devices().forEach(device -> captures.named(device, name(name, device)));
          }
        });
  }

  private void linkEvent(NetworkStack stack, NetDevice device, LinkEvent event) {
    switch (event) {
      case REGISTERED, RENAMED -> captures.named(device, name(namespaces.nameOf(stack), device));
      case UNREGISTERED -> captures.gone(device);
      default -> {}
    }
  }

  private static String name(String namespace, NetDevice device) {
    return namespace.isEmpty() ? device.name() : namespace + "/" + device.name();
  }

  /** Tells all devices with their names, those of the initial namespace first. */
  static void forEach(Namespaces namespaces, BiConsumer<String, NetDevice> visitor) {
    namespaces
        .all()
        .forEach((namespace, stack) ->
            stack.devices().forEach(device -> visitor.accept(name(namespace, device), device)));
  }

  /** The namespace in which a device is now, or null. */
  static @Nullable NetworkStack whereIs(Namespaces namespaces, NetDevice device) {
    for (NetworkStack stack : namespaces.all().values()) {
      if (stack.devices().contains(device)) {
        return stack;
      }
    }
    return null;
  }
}
