#!/bin/sh
# Applies what udhcpc was given, inside its namespace.
case $1 in
bound | renew)
	ip -4 addr replace "$ip/$mask" dev "$interface"
	ip -4 route replace default via "${router%% *}" dev "$interface"
	;;
deconfig)
	ip -4 addr flush dev "$interface"
	;;
esac
exit 0
