package dev.patchbay.stack.admin;

import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.VethDevice;
import dev.patchbay.stack.route.Multipath;
import dev.patchbay.stack.route.RouteEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The script that {@code save} writes, with what its {@link Saver savers} ask again and again. */
public final class SaveScript {
  /**
   * A namespace.
   *
   * @param name empty for the initial one
   */
  public record Space(String name, NetworkStack stack) {}

  private final Standing standing;
  private final List<Space> spaces = new ArrayList<>();
  private final Map<NetDevice, Space> places = new IdentityHashMap<>();
  private final Set<NetDevice> late = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<NetDevice> devices = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  /** An empty script for all namespaces of {@code of}. */
  public SaveScript(Namespaces of, Standing standing) {
    this.standing = standing;
    spaces.add(new Space("", of.initial()));
    for (String name : of.names().reversed()) {
      NetworkStack stack = of.find(name);
      if (stack != null) {
        spaces.add(new Space(name, stack));
      }
    }
    for (Space space : spaces) {
      space.stack().devices().forEach(device -> places.put(device, space));
    }
    List<NetDevice> lost = places.keySet().stream().filter(this::cannotBeMade).toList();
    lost.stream()
        .map(NetDevice::name)
        .sorted()
        .forEach(name -> {
          comment(
              "not saved, with all that is by it: "
                  + name
                  + " stands on a device of another namespace");
        });
    lost.forEach(places::remove);
    for (Space space : spaces) {
      // indices are not saved, and are others when the script was run
      Comparator<NetDevice> order = Comparator.comparing(d -> standing.device(d) == null);
      order = order.thenComparingInt(d -> standing.device(d) == null ? below(d) : d.index());
      space.stack().devices().stream()
          .filter(places::containsKey)
          .sorted(order.thenComparing(d -> d.name()))
          .forEach(devices::add);
      for (var fib : List.of(space.stack().routes4(), space.stack().routes6())) {
        fib.entriesOf(route -> route.hops() != null).forEach(this::findLate);
      }
    }
  }

  /** One of the initial namespace above one that has left it, and what stands on such a one. */
  private boolean cannotBeMade(NetDevice device) {
    NetDevice lower = device instanceof VethDevice ? null : device.linked();
    if (lower == null) {
      return false;
    }
    boolean here = spaces.getFirst().equals(places.get(device));
    return cannotBeMade(lower) || here && !spaces.getFirst().equals(places.get(lower));
  }

  private void findLate(RouteEntry entry) {
    for (Multipath.Hop hop : entry.route().allHops()) {
      NetDevice out = hop.way().device();
      if (out != null && !out.isUp()) {
        late.add(out);
      }
    }
  }

  /** What the appliance has by itself. */
  public Standing standing() {
    return standing;
  }

  /** All namespaces, the initial one first, then as they were made. */
  public List<Space> spaces() {
    return spaces;
  }

  /** Where a device is; null for one that has gone, or that no words make. */
  public @Nullable Space place(NetDevice device) {
    return places.get(device);
  }

  /** The device at the start where it has not left its namespace since, else null. */
  public Standing.@Nullable Device standing(NetDevice device) {
    Standing.Device at = standing.device(device);
    Space space = places.get(device);
    return at != null && space != null && at.space().equals(space.name()) ? at : null;
  }

  /**
   * Whether a device that is down is to go down at the end of the script alone: a route with
   * several next hops leads by it, which cannot be put in otherwise.
   */
  public boolean isLate(NetDevice device) {
    return late.contains(device);
  }

  /**
   * All devices of all namespaces: in each the appliance's own first, then each behind what it
   * stands on, ports apart.
   */
  public Stream<NetDevice> devices() {
    return devices.stream();
  }

  /** How many devices a device stands on, one below the other, whatever its ports stand on. */
  public static int below(NetDevice device) {
    NetDevice lower = device instanceof VethDevice ? null : device.linked();
    return lower == null ? 0 : 1 + below(lower);
  }

  /**
   * Appends a command.
   *
   * @param words its first word, which takes {@code -n}, and the others
   */
  public void line(Space space, List<String> words) {
    text.append(words.getFirst());
    if (!space.name().isEmpty()) {
      text.append(" -n ").append(quoted(space.name()));
    }
    words.stream().skip(1).forEach(word -> text.append(' ').append(quoted(word)));
    text.append('\n');
  }

  /** Appends a command of which no word needs quotes but {@code more}. */
  public void line(Space space, String words, String... more) {
    List<String> all = new ArrayList<>(List.of(words.strip().split(" +")));
    all.addAll(List.of(more));
    line(space, all);
  }

  /** Appends a command of a word that has no {@code -n}: within {@code ip netns exec} elsewhere. */
  public void within(Space space, List<String> words) {
    String where = space.name().isEmpty() ? "" : "ip netns exec " + quoted(space.name()) + " ";
    text.append(where)
        .append(String.join(" ", words.stream().map(SaveScript::quoted).toList()))
        .append('\n');
  }

  /** Tells what cannot be said by words. */
  public void comment(String why) {
    text.append("# ").append(why).append('\n');
  }

  /** A word as a POSIX shell and our own readers of lines read it. */
  private static String quoted(String word) {
    boolean plain =
        !word.isEmpty()
            && word.chars()
                .allMatch(c -> Character.isLetterOrDigit(c) || "@%+=:,./_-".indexOf(c) >= 0);
    return plain ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** Its lines. */
  public String text() {
    return text.toString();
  }
}
