/**
 * Which device has which service: DHCP, router advertisements, DNS.
 *
 * <pre>
 *   configuration file, words dhcp | ra | dns -> ServiceWord -> ServiceTable.set
 *      -> one DeviceService for each service and device (DhcpOnDevice, RaOnDevice, DnsOnDevice)
 *   a device, an address or a namespace comes or goes -> ServiceTable.refresh -> DeviceService.refresh
 * </pre>
 *
 * <p>What was asked for a device stays asked for, whether the device is there or not: the service
 * begins when the device appears with an address that fits, ends when it goes, and follows its
 * addresses. The services themselves are in packages {@code dhcp}, {@code ra} and {@code dns}; a
 * further one gets a kind in {@link dev.patchbay.backend.config.ServiceKeys}, a reader of its keys
 * beside it, and a {@link dev.patchbay.backend.service.DeviceService} here.
 */
@NullMarked
package dev.patchbay.backend.service;

import org.jspecify.annotations.NullMarked;
