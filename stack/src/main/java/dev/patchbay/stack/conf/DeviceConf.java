package dev.patchbay.stack.conf;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The values of one device, of {@code all} or of {@code default}, for one family ({@code struct
 * ipv4_devconf}). Of the loop's thread.
 *
 * @param <K> {@link Ipv4Key} or {@link Ipv6Key}
 */
public final class DeviceConf<K extends Enum<K> & ConfKey> {
  private final int[] values;
  private final BitSet own = new BitSet();

  private DeviceConf(int[] values) {
    this.values = values;
  }

  /** What {@code default} is at the start, and a device that is in no namespace. */
  public static <K extends Enum<K> & ConfKey> DeviceConf<K> initial(Class<K> keys) {
    return new DeviceConf<>(values(keys, false));
  }

  /** What {@code all} is at the start. */
  public static <K extends Enum<K> & ConfKey> DeviceConf<K> initialAll(Class<K> keys) {
    return new DeviceConf<>(values(keys, true));
  }

  private static <K extends Enum<K> & ConfKey> int[] values(Class<K> keys, boolean all) {
    return Arrays.stream(keys.getEnumConstants())
        .mapToInt(key -> all ? key.initialAll() : key.initial())
        .toArray();
  }

  /** The value of a key. */
  public int get(K key) {
    return values[key.ordinal()];
  }

  /** Whether the value of a key is not 0. */
  public boolean is(K key) {
    return values[key.ordinal()] != 0;
  }

  /** Sets a value. */
  public void set(K key, int value) {
    values[key.ordinal()] = value;
  }

  /** Whether {@code default} is no more followed for a key. */
  public boolean isOwn(K key) {
    return own.get(key.ordinal());
  }

  /** From now on {@code default} is not followed for a key: somebody wrote the device's own. */
  public void own(K key) {
    own.set(key.ordinal());
  }

  /** The same for all keys: the device has an address ({@code ipv4_devconf_setall}). */
  public void ownAll() {
    own.set(0, values.length);
  }

  /** Takes all values of another one, and follows it. */
  public void inherit(DeviceConf<K> from) {
    System.arraycopy(from.values, 0, values, 0, values.length);
    own.clear();
  }
}
