#!/bin/sh
# Applies what dhclient was given (dhclient-script(8)), inside its namespace.
bits() { # of a netmask
	n=0
	for octet in $(echo "$1" | tr . ' '); do
		while [ "$octet" -gt 0 ]; do n=$((n + octet % 2)); octet=$((octet / 2)); done
	done
	echo $n
}
case $reason in
BOUND | RENEW | REBIND | REBOOT)
	[ "$old_ip_address" = "$new_ip_address" ] || ip -4 addr flush dev "$interface"
	ip -4 addr replace "$new_ip_address/$(bits "$new_subnet_mask")" dev "$interface"
	ip -4 route replace default via "${new_routers%% *}" dev "$interface"
	;;
EXPIRE | FAIL | RELEASE | STOP)
	ip -4 addr flush dev "$interface"
	;;
esac
exit 0
