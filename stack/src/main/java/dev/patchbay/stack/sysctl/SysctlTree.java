package dev.patchbay.stack.sysctl;

import dev.patchbay.stack.NetworkStack;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a namespace at one moment: a tree of directories, in the order in which {@code
 * /proc/sys} lists it. Of the loop's thread.
 */
public final class SysctlTree {
  /** A directory comes where its name does, whatever stands behind it. */
  private static final Comparator<String> ORDER =
      Comparator.comparing((String path) -> path.replace('/', '\0'));

  private final TreeMap<String, SysctlKey> keys = new TreeMap<>(ORDER);

  private SysctlTree() {}

  /** The keys that a namespace has now. */
  public static SysctlTree of(NetworkStack stack) {
    SysctlTree tree = new SysctlTree();
    Stream.of(NetKeys.of(stack), TcpKeys.of(stack), DeviceKeys.of(stack), ConntrackKeys.of(stack))
        .flatMap(List::stream)
        .forEach(key -> tree.keys.put(key.path(), key));
    return tree;
  }

  /** All keys in order. */
  public Collection<SysctlKey> all() {
    return keys.values();
  }

  /** The key of a path, or null. */
  public @Nullable SysctlKey find(String path) {
    return keys.get(path);
  }

  /** The keys below a directory, none where it is none; the empty path is the root. */
  public List<SysctlKey> below(String directory) {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    return keys.values().stream().filter(key -> key.path().startsWith(prefix)).toList();
  }
}
