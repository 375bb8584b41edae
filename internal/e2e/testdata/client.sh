#!/bin/sh
# Applies what dhclient (dhclient-script(8)), udhcpc or dhcpcd was given to the interface, inside its namespace. udhcpc says
# what happened in $1, the others in $reason.
bits() { # of a netmask
	n=0
	for octet in $(echo "$1" | tr . ' '); do
		while [ "$octet" -gt 0 ]; do n=$((n + octet % 2)); octet=$((octet / 2)); done
	done
	echo $n
}
# apply ADDRESS/BITS ROUTER
apply() {
	[ "$(ip -4 -o addr show dev "$interface" | awk '{print $4}')" = "$1" ] || ip -4 addr flush dev "$interface"
	ip -4 addr replace "$1" dev "$interface"
	[ -z "$2" ] || ip -4 route replace default via "$2" dev "$interface"
}
case ${1:-$reason} in
bound | renew) apply "$ip/$mask" "${router%% *}" ;;
BOUND | RENEW | REBIND | REBOOT) apply "$new_ip_address/$(bits "$new_subnet_mask")" "${new_routers%% *}" ;;
deconfig | EXPIRE | FAIL | RELEASE | STOP) ip -4 addr flush dev "$interface" ;;
esac
exit 0
