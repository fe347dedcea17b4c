package dev.patchbay.stack.qdisc;

/**
 * Options of tbf.
 *
 * @param rate bytes a second, at least 1
 * @param burst bytes of the bucket
 * @param limit bytes that may wait
 * @param peakrate bytes a second, 0 for none
 * @param mtu bytes of the bucket of the peak rate
 * @param mpu bytes that the shortest packet counts
 * @param overhead bytes added to each packet
 * @param atm whether packets are counted in ATM cells
 */
public record TbfOptions(
    long rate, long burst, long limit, long peakrate, long mtu, int mpu, int overhead, boolean atm)
    implements QdiscOptions {}
