package dev.patchbay.backend.service;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Services that words have set, at the end of a script of {@code save}: what differs from those
 * that the daemon has by itself and by its configuration. Only on the loop.
 */
public final class ServiceSaver implements Saver {
  private final ServiceTable table;
  private final Map<String, ServiceKeys> before = new TreeMap<>();

  /**
   * Remembers what is set now, as {@link Standing} does: to be made at the end of the start.
   *
   * @param table whose services they are
   */
  public ServiceSaver(ServiceTable table) {
    this.table = table;
    table.keys().forEach(keys -> before.put(keys.toString(), keys));
  }

  @Override
  public void save(SaveScript script) {
    for (ServiceKeys keys : table.keys()) {
      try {
        save(script, keys);
      } catch (ConfigException e) {
        script.comment(keys + ": " + e.getMessage());
      }
    }
  }

  private void save(SaveScript script, ServiceKeys keys) throws ConfigException {
    ServiceKeys known = before.get(keys.toString());
    List<String> was = known == null ? List.of() : settings(known);
    List<String> now = settings(keys);
    boolean wasOn = known != null && known.isOn();
    if (known != null && wasOn == keys.isOn() && was.equals(now)) {
      return;
    }
    String fault = table.misfit(keys);
    if (fault != null) {
      script.comment(keys + " " + String.join(" ", keys.words()) + ": " + fault);
      return;
    }
    if (!now.equals(was)) {
      List<String> words = new ArrayList<>();
      for (String word : was) {
        if (now.stream().noneMatch(other -> key(other).equals(key(word)))) {
          words.add(key(word) + "=");
        }
      }
      words.addAll(now);
      set(script, keys, words);
      wasOn = true;
    }
    if (!keys.isOn()) {
      set(script, keys, List.of("off"));
    } else if (!wasOn) {
      set(script, keys, List.of("on"));
    }
  }

  private static void set(SaveScript script, ServiceKeys keys, List<String> words) {
    List<String> all = new ArrayList<>(List.of(keys.kind().word(), "set", keys.device()));
    all.addAll(words);
    script.within(script.spaces().getFirst(), all);
  }

  private static String key(String word) {
    return word.substring(0, word.indexOf('='));
  }

  /** The words that set keys: without on and off. */
  private static List<String> settings(ServiceKeys keys) throws ConfigException {
    return keys.words().stream().filter(word -> word.indexOf('=') > 0).toList();
  }
}
