package dev.patchbay.stack.admin;

/**
 * What writes one kind of configuration into the script of {@code save}: the words that make of an
 * appliance as it is at its start ({@link Standing}) what is there now.
 *
 * <p>It looks and changes nothing. What it writes is to be the same for the same configuration,
 * also where that was made by such a script. Of the loop's thread.
 */
@FunctionalInterface
public interface Saver {
  /** Appends its lines, of all namespaces. */
  void save(SaveScript script);
}
