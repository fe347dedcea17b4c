package dev.patchbay.stack.admin.sysctl;

import dev.patchbay.stack.sysctl.SysctlKey;
import dev.patchbay.stack.sysctl.SysctlTree;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The settings of a command line or of files, in their order ({@code struct SettingList}). */
final class Settings {
  /**
   * One setting.
   *
   * @param path the key with slashes as it was written; of a file maybe with {@code * ? []}
   * @param globs whether it stands for all keys that it fits
   */
  record Setting(String path, String value, boolean globs) {}

  private final List<Setting> all = new ArrayList<>();
  private final Set<String> excluded = new LinkedHashSet<>();
  private final StringBuilder faults;

  /**
   * None yet.
   *
   * @param faults takes what is wrong with lines
   */
  Settings(StringBuilder faults) {
    this.faults = faults;
  }

  /** Takes the lines of a file; false where one makes no sense. */
  boolean file(String name, String text) {
    boolean good = true;
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String trimmed = line.strip();
      if (!trimmed.isEmpty() && trimmed.charAt(0) != '#' && trimmed.charAt(0) != ';') {
        good &= line(name, number, trimmed, true);
      }
    }
    return good;
  }

  /** Takes {@code KEY=VALUE}; false where it is none. */
  boolean line(String file, int number, String line, boolean globs) {
    int equals = line.indexOf('=');
    boolean minus = line.startsWith("-");
    if (equals < 0) {
      if (minus && globs) {
        excluded.add(SysctlNames.path(line.substring(1).strip(), faults));
        return true;
      }
      faults
          .append("sysctl: ")
          .append(file)
          .append('(')
          .append(number)
          .append("): invalid syntax, continuing...\n");
      return false;
    }
    String key = line.substring(minus ? 1 : 0, equals).strip();
    String path = SysctlNames.path(key, faults);
    all.add(new Setting(path, line.substring(equals + 1).strip(), globs));
    return true;
  }

  /** The settings, those of patterns one for each key that they fit. */
  List<Setting> resolved(SysctlTree tree) {
    List<Setting> found = new ArrayList<>();
    for (Setting setting : all) {
      if (!setting.globs() || !isGlob(setting.path())) {
        found.add(setting);
        continue;
      }
      Pattern pattern = glob(setting.path());
      tree.all().stream()
          .map(SysctlKey::path)
          .filter(path -> pattern.matcher(path).matches() && !excluded.contains(path))
          .sorted()
          .forEach(path -> found.add(new Setting(path, setting.value(), false)));
    }
    return found;
  }

  private static boolean isGlob(String path) {
    return path.indexOf('*') >= 0 || path.indexOf('?') >= 0 || path.indexOf('[') >= 0;
  }

  private static final Pattern NOTHING = Pattern.compile("(?!)");

  /** A pattern of glob(3), whose stars cross no slash. */
  private static Pattern glob(String path) {
    StringBuilder regex = new StringBuilder();
    boolean inSet = false;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (inSet) {
        inSet = c != ']';
        regex.append(inSet(path, i));
      } else if (c == '[' && path.indexOf(']', i + 2) > 0) {
        inSet = true;
        regex.append('[');
      } else {
        regex.append(
            switch (c) {
              case '*' -> "[^/]*";
              case '?' -> "[^/]";
              default -> Pattern.quote(String.valueOf(c));
            });
      }
    }
    try {
      return Pattern.compile(regex.toString());
    } catch (PatternSyntaxException e) {
      return NOTHING; // as glob(3): what is no pattern fits no path
    }
  }

  private static String inSet(String path, int at) {
    return switch (path.charAt(at)) {
      case '!' -> path.charAt(at - 1) == '[' ? "^" : "!";
      case '\\', '[', '&' -> "\\" + path.charAt(at);
      default -> String.valueOf(path.charAt(at));
    };
  }
}
