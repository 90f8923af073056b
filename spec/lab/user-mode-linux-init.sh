# The first process of a machine of `user-mode-linux.ts`, whose root is that of the host.
#
# Runs the script that a line of the console names, `SECONDS SCRIPT`, and answers, after what the script has written,
# with its status between a record separator and a line feed. When the other end of the console is closed this process
# ends, and the kernel with it.
mount -t proc proc /proc
mount -t sysfs sysfs /sys
# Sockets and databases of the machine must not be files of the host.
mount -t tmpfs tmpfs /run
mkdir -p /run/tmp /run/lib/modules /dev/shm /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t devpts devpts /dev/pts

exec </dev/tty1 >/dev/tty1 2>&1
stty -echo -opost

# Programs ask for the address of their host's name.
hostname localhost
ip link set lo up
# Its modules are not where the host has those of its own kernel; whoever asks for one, the kernel too, must know.
ln -s "/usr/lib/uml/modules/$(uname -r)" /run/lib/modules
mkdir /run/bin
printf '#!/bin/sh\nexec "%s" -d /run "$@"\n' "$(command -v modprobe)" >/run/bin/modprobe
chmod +x /run/bin/modprobe
echo /run/bin/modprobe >/proc/sys/kernel/modprobe
modprobe -d /run -a ipv6 veth bridge 8021q vxlan gre ip_gre dummy tun vrf mpls_router mpls_iptunnel mpls_gso openvswitch
printf '\036%s\n' $?

while read -r seconds script; do
  # In the background, so that the end of the console is noticed meanwhile.
  (
    timeout --kill-after=10 "$seconds" sh "$script" </dev/null
    printf '\036%s\n' $?
  ) &
done
