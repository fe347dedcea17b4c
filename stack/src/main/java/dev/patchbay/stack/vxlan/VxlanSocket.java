package dev.patchbay.stack.vxlan;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One socket of the host and the devices that it serves ({@code struct vxlan_sock}). */
final class VxlanSocket implements VxlanTransport.Receiver {
  /** The header: flags, reserved, network, reserved (RFC 7348 section 5). */
  static final int HEADER = 8;

  /** The network is valid; all other bits must be 0. */
  static final int VNI_FLAG = 0x0800_0000;

  final IpAddress local;
  final int port;
  @Nullable VxlanTransport transport;

  /** Ascending, with their devices. */
  private int[] networks = {};

  private VxlanDevice[] devices = {};

  /**
   * @param local 0.0.0.0 or :: for all addresses of the host
   */
  VxlanSocket(IpAddress local, int port) {
    this.local = local;
    this.port = port;
  }

  void add(VxlanDevice device) {
    int at = -Arrays.binarySearch(networks, device.vni()) - 1;
    int count = networks.length;
    networks = Arrays.copyOf(networks, count + 1);
    devices = Arrays.copyOf(devices, count + 1);
    System.arraycopy(networks, at, networks, at + 1, count - at);
    System.arraycopy(devices, at, devices, at + 1, count - at);
    networks[at] = device.vni();
    devices[at] = device;
  }

  void remove(VxlanDevice device) {
    int vni = device.vni();
    networks = Arrays.stream(networks).filter(n -> n != vni).toArray();
    devices = Arrays.stream(devices).filter(d -> d.vni() != vni).toArray(VxlanDevice[]::new);
  }

  boolean isIdle() {
    return devices.length == 0;
  }

  /** {@code vxlan_rcv}. */
  @Override
  public void received(Packet packet, long srcHi, long srcLo) {
    if (packet.length() < HEADER
        || Bytes.i32(packet.data, packet.head) != VNI_FLAG
        || Bytes.u8(packet.data, packet.head + 7) != 0) {
      packet.drop(DropReason.VXLAN_INVALID_HDR);
      return;
    }
    int at = Arrays.binarySearch(networks, Bytes.i32(packet.data, packet.head + 4) >>> 8);
    if (at < 0) {
      packet.drop(DropReason.VXLAN_VNI_NOT_FOUND);
      return;
    }
    packet.pull(HEADER);
    devices[at].receiveDatagram(packet, srcHi, srcLo);
  }
}
