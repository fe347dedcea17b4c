#!/bin/sh
# What udhcpc calls with deconfig, bound, renew, nak or leasefail, the lease in its environment. Sets address, MTU (option 26),
# default route and resolvers, and prints what it got.

case $1 in
  deconfig)
    ip -4 addr flush dev "$interface"
    ip link set "$interface" up
    ;;
  bound | renew)
    ip -4 addr flush dev "$interface"
    ip addr add "$ip/${mask:-24}" ${broadcast:+broadcast "$broadcast"} dev "$interface"
    [ -z "$mtu" ] || ip link set "$interface" mtu "$mtu"
    for gateway in $router; do
      ip route replace default via "$gateway" dev "$interface"
      break
    done
    {
      [ -z "$search$domain" ] || echo "search ${search:-$domain}"
      for server in $dns; do echo "nameserver $server"; done
    } >/etc/resolv.conf
    echo "lease: $1 $ip/${mask:-24} on $interface router=$router dns=$dns mtu=$mtu time=$lease server=$serverid"
    ;;
  *) echo "lease: $1 on $interface ${message:-}" ;;
esac
