package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.neighbour.ProxyTable;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Neighbours that were set for good, and those for which we answer. */
public final class NeighbourSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    for (SaveScript.Space space : script.spaces()) {
      space.stack().neighbours().entries().stream()
          .filter(n -> script.place(n.device()) != null)
          .filter(n -> n.state() == Neighbour.State.PERMANENT || n.state() == Neighbour.State.NOARP)
          .sorted(
              Comparator.comparing((Neighbour n) -> n.device().name())
                  .thenComparing(n -> NeighbourPrinter.address(n).toString()))
          .forEach(neighbour -> script.line(space, words(neighbour)));
      for (ProxyTable.Entry entry : space.stack().neighbours().proxies().entries()) {
        NetDevice device = entry.device();
        if (device == null || script.place(device) != null) {
          script.line(space, words(entry));
        }
      }
    }
  }

  private static List<String> words(Neighbour neighbour) {
    List<String> words = new ArrayList<>(List.of("ip", "neigh", "replace"));
    words.add(NeighbourPrinter.address(neighbour).toString());
    boolean known = neighbour.state() == Neighbour.State.PERMANENT || neighbour.mac() != 0;
    if (known) {
      words.addAll(List.of("lladdr", Addresses.macToString(neighbour.mac())));
    }
    words.addAll(List.of("nud", neighbour.state().name().toLowerCase(java.util.Locale.ROOT)));
    words.addAll(List.of("dev", neighbour.device().name()));
    if (neighbour.isRouter()) {
      words.add("router");
    }
    protocol(words, neighbour.protocol());
    return words;
  }

  private static List<String> words(ProxyTable.Entry entry) {
    List<String> words = new ArrayList<>(List.of("ip", "neigh", "replace", "proxy"));
    words.add(new IpAddress(entry.hi(), entry.lo()).toString());
    NetDevice device = entry.device();
    if (device != null) {
      words.addAll(List.of("dev", device.name()));
    }
    if (entry.router()) {
      words.add("router");
    }
    protocol(words, entry.protocol());
    return words;
  }

  private static void protocol(List<String> words, @Nullable String protocol) {
    if (protocol != null) {
      words.addAll(List.of("protocol", protocol));
    }
  }
}
